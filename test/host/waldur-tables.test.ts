import type pg from "pg"
import t from "tap"
import { type ColumnRow, requiredSchema } from "../../host/waldur/schema.ts"
import { createWaldurTables } from "../../host/waldur/tables.ts"
import { withDatabase } from "../helpers/database.ts"

const { columns, constraints } = requiredSchema()

t.test("every column is created as the list describes it", (t) =>
  withDatabase(async ({ pool }) => {
    const { rows } = await pool.query(`
      select table_name as table, column_name as column, data_type, udt_name as udt,
        row_number() over (partition by table_name order by ordinal_position)::text as position,
        coalesce(character_maximum_length::text, '') as char_length,
        coalesce(numeric_precision::text, '') as numeric_precision, coalesce(numeric_scale::text, '') as numeric_scale,
        is_nullable as nullable, coalesce(column_default, '') as default, coalesce(identity_generation, '') as identity
      from information_schema.columns where table_schema = 'public'`)
    t.strictSame(
      sorted(rows),
      sorted([...Map.groupBy(columns, ({ table }) => table).values()].flatMap(renumber)),
    )
  }),
)

t.test("every key and check is created as the list describes it", (t) =>
  withDatabase(async ({ pool }) => {
    const wanted = constraints.filter(({ kind }) => !kind.endsWith("index"))
    t.strictSame(sorted(await readConstraints(pool)), sorted(wanted))
  }),
)

t.test("the indexes are those of the list and of its keys", (t) =>
  withDatabase(async ({ pool }) => {
    const { rows } = await pool.query<{ table: string; name: string; indexdef: string }>(`
      select tablename as table, indexname as name, indexdef from pg_indexes
      where schemaname = 'public' and indexname not in (select conname from pg_constraint)`)
    const found = rows.map(({ table, name, indexdef }) => ({ table, name, ...partsOf(indexdef) }))
    const wanted = constraints
      .filter(({ kind }) => kind.endsWith("index"))
      .map(({ table, name, kind, definition }) => ({ table, name, kind, definition }))
    t.strictSame(sorted(found), sorted(wanted))
  }),
)

t.test("foreign keys refer only to tables of the list", async (t) => {
  const tables = new Set(columns.map(({ table }) => table))
  t.strictSame(
    constraints.filter(({ ref_table }) => ref_table !== "" && !tables.has(ref_table)),
    [],
  )
})

t.test("tables are created once, even by two processes at the same time", (t) =>
  withDatabase(async ({ pool }) => {
    await pool.query("create schema fresh")
    await Promise.all([1, 2].map(() => createIn(pool, "fresh")))
    await pool.query("insert into fresh.core_feature (key, value) values ('kept', true)")
    await createIn(pool, "fresh")
    t.equal((await pool.query("select from fresh.core_feature")).rowCount, 1)
  }),
)

async function createIn(pool: pg.Pool, schema: string): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(`set search_path to ${schema}`)
    await createWaldurTables(client)
  } finally {
    client.release(true)
  }
}

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
}

/** Positions in the list have gaps where Waldur has dropped columns. */
function renumber(columns: readonly ColumnRow[]): ColumnRow[] {
  return columns.map((column, index) => ({ ...column, position: String(index + 1) }))
}

function partsOf(indexdef: string): { kind: string; definition: string } {
  const kind = indexdef.startsWith("CREATE UNIQUE") ? "unique index" : "index"
  return { kind, definition: indexdef.slice(indexdef.indexOf("USING")) }
}

async function readConstraints(pool: pg.Pool): Promise<object[]> {
  const names = (relation: string, numbers: string) => `coalesce((
    select string_agg(attname, ' ' order by nth) from unnest(${numbers}) with ordinality as key (number, nth)
    join pg_attribute on attrelid = ${relation} and attnum = number), '')`
  const { rows } = await pool.query<Record<string, string>>(`
    select conrelid::regclass::text as table, conname as name,
      case contype when 'p' then 'primary key' when 'u' then 'unique' when 'c' then 'check' else 'foreign key' end as kind,
      ${names("conrelid", "conkey")} as columns,
      case contype when 'f' then confrelid::regclass::text else '' end as ref_table,
      ${names("confrelid", "confkey")} as ref_columns,
      case contype when 'f' then 'NO ACTION' else '' end as on_delete,
      case contype when 'f' then 'NO ACTION' else '' end as on_update,
      case when condeferred then 'initially deferred' else '' end as deferrable,
      case contype when 'c' then pg_get_constraintdef(oid) else '' end as definition
    from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'c')
      or (contype = 'f' and confdeltype = 'a' and confupdtype = 'a')`)
  return rows
}
