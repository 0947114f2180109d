import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

const before = ["planned", "creating", "done", "failed", "skipped", "omitted"]

const statesOf = (names: readonly string[]) => sql`
    alter table openstack_replication.object
      drop constraint object_state_check,
      add constraint object_state_check check (state in (${sql.join(names.map((name) => sql.lit(name)))}))`

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table openstack_replication.run
      add column cancelled text,
      add column rollback jsonb,
      add column events integer not null default 0`.execute(db)
  await statesOf([...before, "removed"]).execute(db)
  await sql`
    create table openstack_replication.event (
      migration_id integer not null references openstack_replication.run (migration_id) on delete cascade,
      number integer not null,
      at timestamptz not null default now(),
      type text not null,
      data jsonb not null,
      primary key (migration_id, number)
    )`.execute(db)
}

async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table openstack_replication.event`.execute(db)
  await statesOf(before).execute(db)
  await sql`
    alter table openstack_replication.run drop column cancelled, drop column rollback, drop column events`.execute(
    db,
  )
}

/** What people may do to a migration that runs or has ended, and the news of what happens to it. */
export const actions: Migration = { up, down }
