import { sql } from "kysely"
import { apiErrors } from "../../src/api-error.ts"
import type { Condition, Filter, Shown } from "./endpoint.ts"
import { column } from "./forms.ts"

/** Returns the conditions of a query's parameters. Unknown names and empty values are ignored. */
export function readConditions(
  query: URLSearchParams,
  filters: Readonly<Record<string, Filter>>,
): readonly Condition[] {
  const conditions: Condition[] = []
  const errors: Record<string, readonly string[]> = {}
  for (const [name, filter] of Object.entries(filters)) {
    const sent = query.getAll(name).filter((value) => value !== "")
    if (sent.length === 0) continue
    const condition = filter(sent)
    if (condition === undefined) continue
    if ("errors" in condition) errors[name] = condition.errors
    else conditions.push(condition)
  }
  if (Object.keys(errors).length > 0) throw apiErrors.invalid(errors)
  return conditions
}

/** Returns the order of the rows: by the columns that `o` names (repeated or comma-separated), the default order, and the id. */
export function readOrder(
  query: URLSearchParams,
  { orders = {}, order }: { readonly orders?: Readonly<Record<string, string>>; readonly order: string },
) {
  const requested = query
    .getAll("o")
    .flatMap((value) => value.split(","))
    .flatMap((name) => {
      const descending = name.startsWith("-")
      const plain = descending ? name.slice(1) : name
      return Object.hasOwn(orders, plain) ? `${descending ? "-" : ""}${orders[plain]}` : []
    })
  const terms = [...requested, order, "row.id"].map((term) =>
    term.startsWith("-") ? sql`${column(term.slice(1))} desc` : sql`${column(term)} asc`,
  )
  return sql`${sql.join(terms)}`
}

/** Returns the fields that the parameter `field` names; all fields where it names no known one. */
export function chooseFields(query: URLSearchParams, shown: Shown): Shown {
  const chosen = query.getAll("field").filter((name) => Object.hasOwn(shown, name))
  if (chosen.length === 0) return shown
  return Object.fromEntries(chosen.map((name) => [name, shown[name]]))
}
