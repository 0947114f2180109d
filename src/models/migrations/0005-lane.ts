import { type Kysely, sql } from "kysely"
import type { Migration } from "kysely/migration"

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table openstack_replication.lane (
      settings_id integer primary key,
      starts timestamptz[] not null default '{}',
      paused_until timestamptz not null default '-infinity'
    )`.execute(db)
  await sql`
    create table openstack_replication.lane_hold (
      settings_id integer not null,
      holder text not null,
      in_flight integer not null,
      until timestamptz not null,
      waits_since timestamptz,
      seen timestamptz not null,
      primary key (settings_id, holder)
    )`.execute(db)
  await sql`
    create table openstack_replication.dead_holder (
      holder text primary key,
      since timestamptz not null default now()
    )`.execute(db)
  await sql`
    alter table openstack_replication.worker
      add column holder text,
      add column sessions integer[] not null default '{}',
      add column seen timestamptz not null default now()`.execute(db)
  await sql.raw(laneTurn).execute(db)
}

/**
 * One process asks for its next calls to one cloud, and says how many it has under way. All the rules are here, under
 * the lock of the lane's row, by one clock. What a process says replaces what it said before, so nothing adds up that
 * was lost on the way.
 */
const laneTurn = `
  create function openstack_replication.lane_turn(
    cloud integer, who text, running integer, wanted integer, pause_ms float8,
    most_in_flight integer, most_starts integer, window_ms float8, call_ms float8,
    out paused_ms float8, out start_ms float8[], out alone boolean, out fenced boolean
  ) language plpgsql as $$
  declare
    known openstack_replication.lane%rowtype;
    clock timestamptz;
    first_asked timestamptz;
    others integer;
    ahead integer;
    free integer;
    granted timestamptz[] := '{}';
  begin
    -- A pace that a crash of the database sets back by a moment is none the worse: nobody waits for the disk here.
    perform set_config('synchronous_commit', 'off', true);
    select * into known from openstack_replication.lane where settings_id = cloud for update;
    if not found then
      insert into openstack_replication.lane (settings_id) values (cloud) on conflict do nothing;
      select * into strict known from openstack_replication.lane where settings_id = cloud for update;
    end if;
    clock := clock_timestamp();
    if pause_ms > 0 and known.paused_until < clock + pause_ms * interval '1 millisecond' then
      known.paused_until := clock + pause_ms * interval '1 millisecond';
      update openstack_replication.lane set paused_until = known.paused_until where settings_id = cloud;
    end if;
    paused_ms := case when known.paused_until > clock
      then extract(epoch from known.paused_until - clock) * 1000 else 0 end;
    alone := true;
    fenced := exists (select from openstack_replication.dead_holder where holder = who);
    if paused_ms > 0 or fenced then
      wanted := 0;
    end if;

    if wanted > 0 then
      select coalesce(waits_since, clock) into first_asked from openstack_replication.lane_hold
        where settings_id = cloud and holder = who;
      first_asked := coalesce(first_asked, clock);
      -- A place that becomes free is for the process that has waited longest and still asks.
      select coalesce(sum(in_flight) filter (where until > clock), 0),
          count(*) filter (where waits_since < first_asked and seen > clock - interval '1 second')
        into others, ahead
        from openstack_replication.lane_hold where settings_id = cloud and holder <> who;
      alone := others = 0 and ahead = 0;
      free := least(wanted, most_in_flight - running - others - ahead, most_starts);
      if free > 0 then
        known.starts := array_fill('-infinity'::timestamptz, array[most_starts]) || known.starts;
        known.starts := known.starts[cardinality(known.starts) - most_starts + 1 : cardinality(known.starts)];
        granted := array(
          select greatest(clock, one + window_ms * interval '1 millisecond')
          from unnest(known.starts[1 : free]) with ordinality as start (one, place) order by place);
        -- Those whose time has come; of the others one, so that every process has its turn.
        free := greatest(1, (select count(*) from unnest(granted) one where one <= clock));
        granted := granted[1 : free];
        known.starts := known.starts[free + 1 : most_starts] || granted;
        update openstack_replication.lane set starts = known.starts where settings_id = cloud;
      end if;
    end if;
    start_ms := array(select extract(epoch from one - clock) * 1000 from unnest(granted) one);

    running := running + cardinality(granted);
    if running = 0 and wanted = 0 then
      delete from openstack_replication.lane_hold where settings_id = cloud and holder = who;
    else
      insert into openstack_replication.lane_hold as hold (settings_id, holder, in_flight, until, waits_since, seen)
      values (
        cloud, who, running,
        coalesce(granted[cardinality(granted)], clock) + call_ms * interval '1 millisecond',
        case when wanted > cardinality(granted) then
          case when granted = '{}' then first_asked else clock end
        end,
        clock
      )
      on conflict (settings_id, holder) do update set
        in_flight = excluded.in_flight,
        until = case when granted = '{}' then hold.until else excluded.until end,
        waits_since = excluded.waits_since,
        seen = excluded.seen;
    end if;
  end $$`

async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop function openstack_replication.lane_turn`.execute(db)
  await sql`drop table openstack_replication.lane, openstack_replication.lane_hold, openstack_replication.dead_holder`.execute(
    db,
  )
  await sql`alter table openstack_replication.worker drop column holder, drop column sessions, drop column seen`.execute(
    db,
  )
}

/** The pace of each cloud over all processes, and the heartbeat of workers. */
export const lane: Migration = { up, down }
