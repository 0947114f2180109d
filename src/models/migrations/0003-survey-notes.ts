import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table openstack_replication.run add column survey jsonb`.execute(db)
  await sql`alter table openstack_replication.object add column notes jsonb`.execute(db)
}

async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table openstack_replication.object drop column notes`.execute(db)
  await sql`alter table openstack_replication.run drop column survey`.execute(db)
}

/** What the reading of the live source found, and what becomes of each object's attributes. */
export const surveyNotes: Migration = { up, down }
