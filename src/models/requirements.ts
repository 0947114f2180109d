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

/** Tables that are needed only where a part of the plugin is on. */
export interface OptionalTables {
  /** How the part is switched off, for the error. */
  readonly switchedOffBy: string
  /** Tables that it inserts into, with all their columns. */
  readonly writes?: Tables
  /** Tables and columns that it reads or updates. */
  readonly reads?: Tables
}

type Tables = Readonly<Record<string, Table>>

/**
 * Checks that the host's database has the tables and columns that this plugin reads and writes.
 * @param optional tables of the parts that are on
 * @throws HOST_TABLES, naming every missing table and column, every column of another type, and every column of a
 * written table that needs a value and that the plugin does not fill. What only an optional part needs is named with the
 * option that switches this part off.
 */
export async function checkHostTables(
  db: Db,
  use: AccessUse,
  optional: readonly OptionalTables[] = [],
): Promise<void> {
  const always = { writes: writtenTables, reads: neededTables(use) }
  const names = [always, ...optional].flatMap(({ writes, reads }) => Object.keys({ ...writes, ...reads }))
  const seen = await readColumns(db, [...new Set(names)])
  const missing = findMissing(always, seen)
  const more = optional.flatMap((part) =>
    findMissing(part, seen)
      .filter((what) => !missing.includes(what))
      .map((what) => `${what} (needed unless ${part.switchedOffBy})`),
  )
  if (missing.length + more.length > 0) throw errors.hostTables([...missing, ...more])
}

type SeenColumns = ReadonlyMap<string, readonly SeenColumn[]>

async function readColumns(db: Db, tables: readonly string[]): Promise<SeenColumns> {
  const { rows } = await sql<SeenColumn>`
    select table_name, column_name, udt_name,
      (is_nullable = 'YES' or column_default is not null or is_identity = 'YES') as has_default
    from information_schema.columns
    where table_schema = any (current_schemas(false)) and table_name = any (${tables})`.execute(db)
  return Map.groupBy(rows, (row) => row.table_name)
}

function findMissing(
  { writes = {}, reads = {} }: { readonly writes?: Tables; readonly reads?: Tables },
  seen: SeenColumns,
): readonly string[] {
  const names = [...new Set([...Object.keys(writes), ...Object.keys(reads)])]
  return names.flatMap((name) => {
    const columns = seen.get(name)
    if (columns === undefined) return [`table ${name}`]
    const written = writes[name]
    return [
      ...missingColumns(name, { ...written, ...reads[name] }, columns),
      ...(written === undefined ? [] : unfilledColumns(written, columns)),
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
