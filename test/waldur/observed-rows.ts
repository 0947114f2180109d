import { readFileSync } from "node:fs"

export type Row = Readonly<Record<string, unknown>>

/** What one run of the original wrote into a table. */
export interface ObservedTable {
  readonly table: string
  /** Number of rows; `rows` has those of the copy, and of tables with many rows some. */
  readonly inserted: number
  readonly rows: readonly Row[]
  /** Number of events by type; of `logging_event` alone. */
  readonly by_type?: Readonly<Record<string, number>>
}

/** Reads what the original wrote for a copy of a tenant of the shape that `shapedTenant` has. */
export function observedTables(): readonly ObservedTable[] {
  const file = new URL("observed/rows-written.jsonl", import.meta.url)
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
}

/** Columns and keys whose values are those of the day of the run. */
const ofTheDay = new Set(["year", "month", "billing_periods", "total"])

const secrets = new Set(["user_username", "user_password"])

/** Returns a row in a form in which rows of two databases are equal: without ids, uuids, times, and the order of lists. */
export function comparable(row: Row): Row {
  const columns = Object.entries(row).flatMap(([column, value]) => {
    if (column === "id" || ofTheDay.has(column)) return []
    if (secrets.has(column)) return [[column, "(secret)"]]
    if (/_id$/.test(column) && (typeof value === "number" || value === null))
      return [[column, value === null ? null : "(id)"]]
    return [[column, comparableValue(value)]]
  })
  return Object.fromEntries(columns)
}

function comparableValue(value: unknown): unknown {
  if (typeof value === "string") return comparableText(value)
  if (Array.isArray(value)) {
    return value.map(comparableValue).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
  }
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).filter(([key]) => !ofTheDay.has(key))
  return Object.fromEntries(
    entries
      .map(([key, one]) => [
        masked(key),
        /_id$/.test(key) && typeof one === "number" ? "(id)" : comparableValue(one),
      ])
      .sort(([a], [b]) => String(a).localeCompare(String(b))),
  )
}

function comparableText(text: string): unknown {
  return /^[[{]/.test(text) ? comparableValue(JSON.parse(text)) : masked(text)
}

function masked(text: string): string {
  return text
    .replace(/^\d{4}-\d\d-\d\d(T.*)?$/, "(time)")
    .replaceAll(/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{32}\b/g, "(uuid)")
    .replace(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, "(mac)")
}
