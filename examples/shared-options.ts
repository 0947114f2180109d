import { sql } from "kysely"
import type pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import type { MigrationRow, ReplicationOptions, Saved } from "../plugin/index.ts"

/** Waldur's codes of a migration that has ended: OK and ERRED. */
const ended = [3, 4]

/** PostgreSQL sends the notification when the transaction is committed, and never after a rollback. */
async function announce({ instance, trx }: Saved<MigrationRow>): Promise<void> {
  if (!ended.includes(instance.state)) return
  await sql`select pg_notify('migration_ended', ${instance.uuid})`.execute(trx)
}

/**
 * The options of the API's process and of the workers, which must be the same. Hooks run in the process that saves a row:
 * the API's when a migration is created, a worker's when it ends. `connection` must lead both to the same clouds, and
 * `queueSchema` is the schema of their common queue.
 */
export function replicationOptions(pool: pg.Pool): ReplicationOptions {
  return { pool, hooks: { migration: [announce] } }
}
