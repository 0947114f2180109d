import { sql } from "kysely"
import type pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import type { MigrationRow, ReplicationOptions, Saved } from "../plugin/index.ts"

/** Waldur's codes of a migration that has ended: OK and ERRED. */
const ended = [3, 4]

/** PostgreSQL keeps the notice until the transaction is committed: nobody hears of a save that was undone. */
async function announce({ instance, trx }: Saved<MigrationRow>): Promise<void> {
  if (!ended.includes(instance.state)) return
  await sql`select pg_notify('migration_ended', ${instance.uuid})`.execute(trx)
}

/**
 * One description for every process. Hooks run where a row is saved: a migration begins in the API's process and ends
 * in a worker's, so a hook that only one of them knew would miss saves. The same holds for `connection`: the API's
 * process and the worker's must reach the same clouds, and for `queueSchema`: they meet in that schema.
 */
export function replicationOptions(pool: pg.Pool): ReplicationOptions {
  return { pool, hooks: { migration: [announce] } }
}
