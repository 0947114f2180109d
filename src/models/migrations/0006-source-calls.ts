import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table openstack_replication.stage add column source_calls integer not null default 0`.execute(
    db,
  )
}

async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table openstack_replication.stage drop column source_calls`.execute(db)
}

/** Which of a stage's calls went to the source: of older stages that is not known, and counts as none. */
export const sourceCalls: Migration = { up, down }
