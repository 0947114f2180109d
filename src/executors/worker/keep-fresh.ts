import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import { runningStates } from "../../models/codes.ts"
import type { Db } from "../../models/database.ts"
import type { Log } from "./log.ts"

/** Time between two checks for rows that have not changed for long, in milliseconds. */
const checkMs = 60_000

/** Rows of running migrations are refreshed after this time without a change, long before Waldur's time-out of three hours. */
const staleTime = "20 minutes"

/** Tables with rows that Waldur sets ERRED when they stay in Creating. */
const tables = ["openstack_tenant", ...kinds.flatMap(({ rows }) => rows?.table ?? [])]

/** Keeps the rows of running migrations fresh from now on. */
export function startRowKeeper(db: Db, log: Log): { stop(): void } {
  const timer = setInterval(() => {
    refreshRows(db).catch((error: unknown) => {
      log.warn({ error: String(error) }, "refreshing the rows of running migrations failed")
    })
  }, checkMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/**
 * Sets `modified` of the rows of running migrations to now, in one statement: a job of Waldur's sets rows ERRED that stay in
 * Creating for three hours without a change, and a migration may wait longer for a cloud that requested a pause. Rows that
 * a stage is changing are left to it.
 */
export async function refreshRows(db: Db): Promise<void> {
  const updates = tables.map((table) => {
    const tenantId = sql.ref(table === "openstack_tenant" ? "id" : "tenant_id")
    return sql`${sql.ref(`fresh_${table}`)} as (
      update ${sql.table(table)} set modified = now() where id in (
        select id from ${sql.table(table)}
        where ${tenantId} in (select tenant_id from running) and state in (${sql.join([...runningStates])})
          and modified < now() - ${staleTime}::interval
        for no key update skip locked
      )
    )`
  })
  await sql`
    with running as materialized (
      select run.tenant_id from openstack_replication.run as run
        join waldur_openstack_replication_migration as migration on migration.id = run.migration_id
      where migration.state in (${sql.join([...runningStates])})
    ), ${sql.join(updates)} select`.execute(db)
}
