import type pg from "pg"
import { type ColumnRow, type ConstraintRow, requiredSchema } from "./schema.ts"

// Key of the advisory lock; any number that is not used for another lock.
const CREATING_TABLES = 5_019_730_001

/** Creates Waldur's tables in the database's current schema, unless it has them already. */
export async function createWaldurTables(client: pg.ClientBase): Promise<void> {
  await client.query("begin")
  try {
    await client.query("select pg_advisory_xact_lock($1)", [CREATING_TABLES])
    const { rows } = await client.query<{ found: boolean }>(
      "select to_regclass('core_user') is not null as found",
    )
    if (!rows[0]?.found) await client.query(waldurTablesSql())
    await client.query("commit")
  } catch (error) {
    await client.query("rollback")
    throw error
  }
}

/** Returns the statements that create the tables, then their keys and checks, foreign keys and indexes. */
export function waldurTablesSql(): string {
  const { columns, constraints } = requiredSchema()
  const tables = Map.groupBy(columns, (column) => column.table)
  const statements = [
    ...Array.from(
      tables,
      ([table, its]) => `create table ${quote(table)} (${its.map(columnSql).join(", ")})`,
    ),
    ...["primary key", "unique", "check", "foreign key", "index", "unique index"].flatMap((kind) =>
      constraints.filter((constraint) => constraint.kind === kind).map(constraintSql),
    ),
  ]
  return `${statements.join(";\n")};\n`
}

function columnSql(row: ColumnRow): string {
  return [
    quote(row.column),
    typeSql(row),
    row.nullable === "NO" ? "not null" : "",
    row.identity ? `generated ${row.identity.toLowerCase()} as identity` : "",
  ]
    .filter(Boolean)
    .join(" ")
}

function typeSql(row: ColumnRow): string {
  if (row.udt === "varchar" && row.char_length) return `varchar(${row.char_length})`
  if (row.udt === "numeric") return `numeric(${row.numeric_precision}, ${row.numeric_scale})`
  return row.udt
}

function constraintSql(row: ConstraintRow): string {
  if (row.kind.endsWith("index"))
    return `create ${row.kind} ${quote(row.name)} on ${quote(row.table)} ${row.definition}`
  return `alter table ${quote(row.table)} add constraint ${quote(row.name)} ${bodySql(row)}`
}

function bodySql(row: ConstraintRow): string {
  const columns = list(row.columns)
  if (row.kind === "check") return row.definition
  if (row.kind !== "foreign key") return `${row.kind} (${columns})`
  const target = `${quote(row.ref_table)} (${list(row.ref_columns)})`
  const timing = row.deferrable ? `deferrable ${row.deferrable}` : ""
  return `foreign key (${columns}) references ${target} on delete ${row.on_delete} on update ${row.on_update} ${timing}`
}

function list(names: string): string {
  return names.split(" ").map(quote).join(", ")
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
