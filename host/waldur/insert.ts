import { randomUUID } from "node:crypto"
import type pg from "pg"
import { type ColumnRow, requiredSchema } from "./schema.ts"

/** Values by column. Missing columns become null, or where null is not allowed the value that Django would write. */
export type Row = Readonly<Record<string, unknown>>

/** A client, inside a transaction or not, or a pool. */
export type Queryable = Pick<pg.ClientBase, "query">

const tables = Map.groupBy(requiredSchema().columns, (column) => column.table)

// PostgreSQL takes at most 65,535 parameters in a statement, and no table has more than 50 columns.
const CHUNK = 1_000

/** The id of a row, and its uuid in the form of the API: 32 hex digits. */
export interface RowRef {
  readonly id: number
  readonly uuid: string
}

/** Inserts a row with a fresh uuid. */
export async function insertRef(db: Queryable, table: string, row: Row): Promise<RowRef> {
  const [ref] = await insertRefs(db, table, [row])
  if (!ref) throw new Error(`The insert into ${table} returned no id.`)
  return ref
}

/** Inserts rows with fresh uuids. */
export async function insertRefs(db: Queryable, table: string, rows: readonly Row[]): Promise<RowRef[]> {
  const uuids = rows.map(() => randomUUID().replaceAll("-", ""))
  const ids = await insertRows(
    db,
    table,
    rows.map((row, index) => ({ ...row, uuid: uuids[index] })),
  )
  return ids.map((id, index) => ({ id, uuid: uuids[index] ?? "" }))
}

export async function insertRow(db: Queryable, table: string, row: Row): Promise<number> {
  const [id = 0] = await insertRows(db, table, [row])
  return id
}

/** Inserts rows. @returns the new ids in the order of the rows, for tables with ids */
export async function insertRows(db: Queryable, table: string, rows: readonly Row[]): Promise<number[]> {
  const columns = tables.get(table)
  if (!columns) throw new Error(`The schema has no table ${table}.`)
  for (const row of rows) refuseUnknown(table, columns, row)
  const given = columns.filter(({ column, identity }) => !identity || rows.some((row) => column in row))
  const returning = columns.some(({ column }) => column === "id") ? "returning id" : ""
  const ids: number[] = []
  for (let start = 0; start < rows.length; start += CHUNK) {
    const chunk = rows.slice(start, start + CHUNK)
    const values = chunk.flatMap((row) => given.map((column) => valueFor(column, row)))
    const places = chunk.map(
      (_, at) => `(${given.map((_, nth) => `$${at * given.length + nth + 1}`).join(", ")})`,
    )
    const names = given.map(({ column }) => `"${column}"`).join(", ")
    const result = await db.query<{ id: number }>(
      `insert into "${table}" (${names}) values ${places.join(", ")} ${returning}`,
      values,
    )
    ids.push(...result.rows.map(({ id }) => id))
  }
  return ids
}

function refuseUnknown(table: string, columns: readonly ColumnRow[], row: Row): void {
  for (const name of Object.keys(row))
    if (!columns.some(({ column }) => column === name))
      throw new Error(`Table ${table} has no column ${name}.`)
}

function valueFor(column: ColumnRow, row: Row): unknown {
  const value = row[column.column]
  if (value === undefined) return column.nullable === "YES" ? null : emptyValue(column)
  return column.udt === "jsonb" && value !== null ? JSON.stringify(value) : value
}

function emptyValue({ table, column, udt }: ColumnRow): unknown {
  switch (udt) {
    case "varchar":
    case "text":
      return ""
    case "bool":
      return false
    case "timestamptz":
      return new Date()
    case "uuid":
      return randomUUID()
    case "jsonb":
      return "{}"
    default:
      throw new Error(`${table}.${column} needs a value.`)
  }
}
