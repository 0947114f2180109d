import { sql } from "kysely"
import { apiErrors } from "../../src/api-error.ts"
import type { Condition, Filter, Shown } from "./endpoint.ts"
import { column } from "./forms.ts"

/** The conditions of a query's parameters; names that are not known and empty values ask for nothing. */
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

/** Columns to order by: what `o` names (repeated, or parted by commas), the usual order, and the id to decide ties. */
export function readOrder(
  query: URLSearchParams,
  { orders = {}, order }: { readonly orders?: Readonly<Record<string, string>>; readonly order: string },
) {
  const asked = query
    .getAll("o")
    .flatMap((value) => value.split(","))
    .flatMap((name) => {
      const descending = name.startsWith("-")
      const plain = descending ? name.slice(1) : name
      return Object.hasOwn(orders, plain) ? `${descending ? "-" : ""}${orders[plain]}` : []
    })
  const terms = [...asked, order, "row.id"].map((term) =>
    term.startsWith("-") ? sql`${column(term.slice(1))} desc` : sql`${column(term)} asc`,
  )
  return sql`${sql.join(terms)}`
}

/** The fields that the parameter `field` names; all, where it names none that is known. */
export function chooseFields(query: URLSearchParams, shown: Shown): Shown {
  const chosen = query.getAll("field").filter((name) => Object.hasOwn(shown, name))
  if (chosen.length === 0) return shown
  return Object.fromEntries(chosen.map((name) => [name, shown[name]]))
}
