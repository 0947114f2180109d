import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table openstack_replication.run (
      migration_id integer primary key references waldur_openstack_replication_migration (id) on delete cascade,
      tenant_id integer not null,
      src_settings_id integer not null,
      settings_id integer not null,
      context jsonb not null,
      summary jsonb,
      started timestamptz,
      finished timestamptz
    )`.execute(db)
  await sql`
    create table openstack_replication.stage (
      migration_id integer not null references openstack_replication.run (migration_id) on delete cascade,
      name text not null,
      after text[] not null,
      state text not null check (state in ('waiting', 'ready', 'running', 'done')),
      attempt integer not null default 0,
      calls integer not null default 0,
      writes integer not null default 0,
      started timestamptz,
      finished timestamptz,
      primary key (migration_id, name)
    )`.execute(db)
  await sql`
    create table openstack_replication.object (
      id bigint generated always as identity primary key,
      migration_id integer not null references openstack_replication.run (migration_id) on delete cascade,
      kind text not null,
      key text not null,
      position integer not null,
      name text not null,
      source_id text not null,
      body jsonb,
      row_id integer,
      backend_id text,
      state text not null
        check (state in ('planned', 'creating', 'done', 'failed', 'skipped', 'omitted')),
      attempts integer not null default 0,
      reason text not null default '',
      error jsonb,
      differences jsonb,
      modified timestamptz not null default now(),
      unique (migration_id, kind, key)
    )`.execute(db)
}

async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table openstack_replication.object, openstack_replication.stage, openstack_replication.run`.execute(
    db,
  )
}

/**
 * The plugin's own tables. They hang on the migration's row, so whoever deletes that (Waldur too) leaves nothing
 * behind.
 */
export const runStageObject: Migration = { up, down }
