import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table openstack_replication.worker (
      pool text primary key,
      started timestamptz not null default now()
    )`.execute(db)
}

async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table openstack_replication.worker`.execute(db)
}

/**
 * The workers of this plugin, by graphile-worker's id of their pool: a host's own workers on the same queue hold no
 * lease, and must not be taken for dead.
 */
export const worker: Migration = { up, down }
