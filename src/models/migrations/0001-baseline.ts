import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"
import { acquireSlots } from "./acquire-slots.ts"

/**
 * The plugin's own tables. Those of a migration refer to its row and are deleted with it, also where Waldur deletes it.
 */
const tables = `
  create table openstack_replication.run (
    migration_id integer primary key references waldur_openstack_replication_migration (id) on delete cascade,
    tenant_id integer not null,
    src_settings_id integer not null,
    dst_settings_id integer not null,
    context jsonb not null,
    survey jsonb,
    verification jsonb,
    cancelled text,
    ever_ok boolean not null default false,
    rollback jsonb,
    last_event integer not null default 0,
    started timestamptz,
    finished timestamptz
  );
  create table openstack_replication.stage (
    migration_id integer not null references openstack_replication.run (migration_id) on delete cascade,
    name text not null,
    depends_on text[] not null,
    state text not null check (state in ('waiting', 'ready', 'running', 'done')),
    attempt integer not null default 0,
    calls integer not null default 0,
    source_calls integer not null default 0,
    writes integer not null default 0,
    started timestamptz,
    finished timestamptz,
    primary key (migration_id, name)
  );
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
      check (state in ('planned', 'creating', 'done', 'failed', 'skipped', 'omitted', 'removed')),
    create_requests integer not null default 0,
    reason text not null default '',
    error jsonb,
    differences jsonb,
    notes jsonb,
    modified timestamptz not null default now(),
    unique (migration_id, kind, key)
  );
  create table openstack_replication.event (
    migration_id integer not null references openstack_replication.run (migration_id) on delete cascade,
    number integer not null,
    at timestamptz not null default now(),
    type text not null,
    data jsonb not null,
    primary key (migration_id, number)
  );
  -- Workers of this plugin alone: a host's own workers on the same queue hold no lease and must not be fenced.
  create table openstack_replication.worker (
    pool text primary key,
    owner text,
    backend_pids integer[] not null default '{}',
    started timestamptz not null default now(),
    last_heartbeat timestamptz not null default now()
  );
  create table openstack_replication.fenced_owner (
    owner text primary key,
    fenced_at timestamptz not null default now()
  );
  create table openstack_replication.limiter (
    settings_id integer primary key,
    recent_starts timestamptz[] not null default '{}',
    paused_until timestamptz not null default '-infinity'
  );
  create table openstack_replication.limiter_usage (
    settings_id integer not null,
    owner text not null,
    in_flight integer not null,
    expires timestamptz not null,
    waiting_since timestamptz,
    last_seen timestamptz not null,
    primary key (settings_id, owner)
  )`

async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(tables).execute(db)
  await sql.raw(acquireSlots).execute(db)
}

async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop function openstack_replication.acquire_slots`.execute(db)
  await sql`
    drop table openstack_replication.limiter_usage, openstack_replication.limiter,
      openstack_replication.fenced_owner, openstack_replication.worker, openstack_replication.event,
      openstack_replication.object, openstack_replication.stage, openstack_replication.run`.execute(db)
}

export const baseline: Migration = { up, down }
