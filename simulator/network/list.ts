import { Refusal } from "../refusals.ts"
import { allValues, firstValue } from "../values.ts"
import { boolean } from "./checks.ts"
import { badRequest } from "./refusals.ts"

export type Query = Readonly<Record<string, unknown>>
export type Shown = Readonly<Record<string, unknown>>

const special = [
  "fields",
  "limit",
  "marker",
  "sort_key",
  "sort_dir",
  "page_reverse",
  "tags",
  "tags-any",
  "not-tags",
  "not-tags-any",
]

const tagLists = (query: Query, name: string): string[] =>
  allValues(query[name]).flatMap((value) => value.split(","))

/** A list of plain values matches where it contains one of the wanted values. */
function matches(shown: unknown, wanted: readonly string[]): boolean {
  if (Array.isArray(shown)) {
    if (shown.some((item) => typeof item === "object")) return membersMatch(shown, wanted)
    return wanted.some((value) => shown.some((item) => String(item) === value))
  }
  if (typeof shown === "boolean") return wanted.some((value) => boolean("", value) === shown)
  if (shown === null || shown === undefined) return wanted.some((value) => value === "" || value === "null")
  return wanted.some((value) => value.toLowerCase() === String(shown).toLowerCase())
}

/** `fixed_ips=subnet_id=ID`: one item must have, for each member, one of its wanted values. */
function membersMatch(items: readonly Record<string, unknown>[], wanted: readonly string[]): boolean {
  const byMember = Map.groupBy(wanted, (value) => value.split("=", 1)[0] ?? "")
  return items.some((item) =>
    [...byMember].every(([name, values]) => values.includes(`${name}=${String(item[name])}`)),
  )
}

export function checkFilters(query: Query, names: ReadonlySet<string>): void {
  const unknown = Object.keys(query).filter((name) => !special.includes(name) && !names.has(name))
  if (unknown.length > 0)
    throw badRequest(`[${unknown.map((name) => `'${name}'`).join(", ")}] is invalid attribute for filtering`)
}

export function filtered(rows: Shown[], query: Query): Shown[] {
  const filters = Object.keys(query).filter((name) => !special.includes(name))
  const all = tagLists(query, "tags")
  const any = tagLists(query, "tags-any")
  const not = tagLists(query, "not-tags")
  const tagsOf = (row: Shown): readonly string[] => (Array.isArray(row.tags) ? row.tags : [])
  return rows.filter(
    (row) =>
      filters.every((name) => matches(row[name], allValues(query[name]))) &&
      all.every((tag) => tagsOf(row).includes(tag)) &&
      (any.length === 0 || any.some((tag) => tagsOf(row).includes(tag))) &&
      (not.length === 0 || !not.every((tag) => tagsOf(row).includes(tag))),
  )
}

const compare = (a: unknown, b: unknown): number => {
  if (typeof a === "number" && typeof b === "number") return a - b
  const [left, right] = [String(a ?? ""), String(b ?? "")]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Sorts by id unless the query sorts otherwise: Neutron does not keep the order of creation. */
export function sorted(rows: Shown[], query: Query, names: ReadonlySet<string>): Shown[] {
  const keys = allValues(query.sort_key)
  const directions = allValues(query.sort_dir)
  if (keys.length !== directions.length)
    throw badRequest("The number of sort_keys and sort_dirs must be same")
  const badKey = keys.find((key) => !names.has(key))
  if (badKey !== undefined) throw badRequest(`['${badKey}'] is invalid attribute for sort_keys`)
  const badDirection = directions.find((one) => one !== "asc" && one !== "desc")
  if (badDirection !== undefined)
    throw badRequest(`['${badDirection}'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'`)
  const order = [
    ...keys.map((key, index) => [key, directions[index] === "desc" ? -1 : 1] as const),
    ["id", 1] as const,
  ]
  return rows.sort((a, b) => {
    for (const [key, sign] of order) {
      const found = compare(a[key], b[key])
      if (found !== 0) return found * sign
    }
    return 0
  })
}

export interface Page {
  readonly rows: Shown[]
  readonly limit: number
}

export function page(
  rows: Shown[],
  query: Query,
  maximum: number | undefined,
  missing: (id: string) => Refusal,
): Page {
  const sent = firstValue(query.limit) ?? "0"
  if (!/^\d+$/.test(sent))
    throw new Refusal(
      400,
      "BadRequest",
      `Bad limit request: Limit must be an integer 0 or greater and not '${sent}'.`,
    )
  const wanted = Number(sent)
  const limit = maximum === undefined ? wanted : wanted === 0 ? maximum : Math.min(wanted, maximum)
  const marker = firstValue(query.marker)
  if (limit === 0) return { rows, limit }
  const at = marker === undefined ? -1 : rows.findIndex(({ id }) => id === marker)
  if (marker !== undefined && at < 0) throw missing(marker)
  const reverse = firstValue(query.page_reverse)?.toLowerCase() === "true"
  if (reverse) {
    const before = marker === undefined ? rows : rows.slice(0, at)
    return { rows: before.slice(-limit), limit }
  }
  return { rows: rows.slice(at + 1, at + 1 + limit), limit }
}

/** A full page always has a link to a next page, even where that is empty. */
export function pageLinks(url: string, { rows, limit }: Page): object[] | undefined {
  const [first, last] = [rows[0], rows.at(-1)]
  if (limit === 0) return undefined
  const link = (rel: string, id: unknown, reverse: boolean): object => {
    const address = new URL(url)
    address.searchParams.delete("marker")
    address.searchParams.delete("page_reverse")
    if (id !== undefined) address.searchParams.append("marker", String(id))
    if (reverse) address.searchParams.append("page_reverse", "True")
    return { rel, href: address.href }
  }
  const previous = link("previous", first?.id, true)
  return rows.length < limit ? [previous] : [link("next", last?.id, false), previous]
}

export const chosen = (rows: Shown[], query: Query): Shown[] => {
  const fields = allValues(query.fields)
  if (fields.length === 0) return rows
  return rows.map((row) =>
    Object.fromEntries(fields.flatMap((name) => (name in row ? [[name, row[name]]] : []))),
  )
}
