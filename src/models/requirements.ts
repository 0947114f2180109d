import { sql } from "kysely"
import { errors } from "../errors.ts"
import type { Column, Table } from "./columns.ts"
import type { Db } from "./database.ts"
import { type AccessUse, neededTables, writtenTables } from "./host-tables.ts"

interface SeenColumn {
  readonly table_name: string
  readonly column_name: string
  readonly udt_name: string
  /** Whether an insert may leave it out. */
  readonly has_default: boolean
}

/**
 * Checks that the host's database has the tables and columns that this plugin reads and writes.
 * @throws HOST_TABLES, naming every missing table and column, every column of another type, and every column of a
 * written table that needs a value and that the plugin does not fill.
 */
export async function checkHostTables(db: Db, use: AccessUse): Promise<void> {
  const needed = neededTables(use)
  const { rows } = await sql<SeenColumn>`
    select table_name, column_name, udt_name,
      (is_nullable = 'YES' or column_default is not null or is_identity = 'YES') as has_default
    from information_schema.columns
    where table_schema = any (current_schemas(false)) and table_name = any (${Object.keys(needed)})`.execute(
    db,
  )
  const missing = findMissing(needed, rows)
  if (missing.length > 0) throw errors.hostTables(missing)
}

function findMissing(
  needed: Readonly<Record<string, Table>>,
  rows: readonly SeenColumn[],
): readonly string[] {
  const seen = Map.groupBy(rows, (row) => row.table_name)
  return Object.entries(needed).flatMap(([name, table]) => {
    const columns = seen.get(name)
    if (columns === undefined) return [`table ${name}`]
    return [
      ...missingColumns(name, table, columns),
      ...(name in writtenTables ? unfilledColumns(table, columns) : []),
    ]
  })
}

function missingColumns(name: string, table: Table, columns: readonly SeenColumn[]): readonly string[] {
  return Object.entries(table).flatMap(([column, wanted]: [string, Column<unknown>]) => {
    const found = columns.find((seen) => seen.column_name === column)
    if (found === undefined) return [`column ${name}.${column}`]
    if (found.udt_name !== wanted.type && !isCompatible(found.udt_name, wanted.type)) {
      return [`column ${name}.${column} of type ${wanted.type} (it is ${found.udt_name})`]
    }
    return []
  })
}

/** Django has changed the types of some columns over the years; values of these types are read and written alike. */
function isCompatible(seen: string, wanted: string): boolean {
  const families = [
    ["text", "varchar"],
    ["int2", "int4"],
    ["timestamptz", "date"],
  ]
  return families.some((family) => family.includes(seen) && family.includes(wanted))
}

function unfilledColumns(table: Table, columns: readonly SeenColumn[]): readonly string[] {
  return columns
    .filter((seen) => !seen.has_default && !(seen.column_name in table))
    .map(
      (seen) =>
        `a default for column ${seen.table_name}.${seen.column_name}, which this plugin does not fill`,
    )
}
