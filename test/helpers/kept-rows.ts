import type pg from "pg"

/** Columns in which Waldur keeps secrets. */
const secretColumns: readonly string[] = [
  "authtoken_token.key",
  "core_user.password",
  "openstack_tenant.user_password",
  "structure_servicesettings.password",
]

/** Copies every row that is written to the tables of some schemas, e.g. jobs, which are deleted when they are done. */
export async function keepRows(pool: pg.Pool, schemas: readonly string[]): Promise<void> {
  await pool.query(`
    create schema kept;
    create table kept.row (written text not null);
    create function kept.keep() returns trigger language plpgsql as $$
      begin insert into kept.row values (tg_table_name || ' ' || to_jsonb(new)::text); return null; end
    $$`)
  await pool.query(`
    do $$ declare name text; begin
      for name in select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in (${schemas
        .map((schema) => `'${schema}'`)
        .join(", ")})
      loop execute 'create trigger keep after insert or update on ' || name || ' for each row execute function kept.keep()';
      end loop;
    end $$`)
}

/** Returns the copied rows and the current rows of all other tables, without the columns of secrets. */
export async function allRows(pool: pg.Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  )
  const parts = await Promise.all(
    tables.map(async ({ name }) => {
      const table = name.replace(/^public\./, "")
      const hidden = secretColumns.flatMap((secret) => {
        const [of, column = ""] = secret.split(".")
        return of === table ? [column] : []
      })
      const { rows } = await pool.query<{ text: string }>(
        `select (to_jsonb(one) - $1::text[])::text as text from ${name} one`,
        [hidden],
      )
      return rows.map(({ text }) => `${table} ${text}`).join("\n")
    }),
  )
  return parts.join("\n")
}
