/**
 * `acquire_slots`: a process requests slots for its next calls to a cloud, and reports how many calls it has in flight.
 * All rules of the rate limit are here, under the lock of the limiter's row and by the database's clock. A report
 * replaces the one before, so that a lost report cannot leave slots taken for ever.
 *
 * In: `cloud` (id of the service settings), `process` (the owner), `running` (calls in flight), `wanted` (slots),
 * `pause_ms` (a pause that the cloud has requested, or 0), and the limit: `max_in_flight` calls at a time and `max_starts`
 * starts in each `window_ms`; `call_ms` is the time after which the slots of a dead process are free.
 *
 * Out: `paused_ms` (how long a pause lasts; 0: none), `start_ms` (when each granted call may start, from now), `alone`
 * (no other process has or wants slots), `fenced` (the owner was fenced, and gets none).
 */
export const acquireSlots = `
  create function openstack_replication.acquire_slots(
    cloud integer, process text, running integer, wanted integer, pause_ms float8,
    max_in_flight integer, max_starts integer, window_ms float8, call_ms float8,
    out paused_ms float8, out start_ms float8[], out alone boolean, out fenced boolean
  ) language plpgsql as $$
  declare
    known openstack_replication.limiter%rowtype;
    clock timestamptz;
    first_requested timestamptz;
    others integer;
    ahead integer;
    free integer;
    granted timestamptz[] := '{}';
  begin
    -- No commit waits for the disk: a crash of the database may forget the last few grants, so that for a moment more calls
    -- may start than the limit permits (and a pause may be forgotten until the next 429).
    perform set_config('synchronous_commit', 'off', true);
    select * into known from openstack_replication.limiter where settings_id = cloud for update;
    if not found then
      insert into openstack_replication.limiter (settings_id) values (cloud) on conflict do nothing;
      select * into strict known from openstack_replication.limiter where settings_id = cloud for update;
    end if;
    clock := clock_timestamp();
    if pause_ms > 0 and known.paused_until < clock + pause_ms * interval '1 millisecond' then
      known.paused_until := clock + pause_ms * interval '1 millisecond';
      update openstack_replication.limiter set paused_until = known.paused_until where settings_id = cloud;
    end if;
    paused_ms := case when known.paused_until > clock
      then extract(epoch from known.paused_until - clock) * 1000 else 0 end;
    alone := true;
    fenced := exists (select from openstack_replication.fenced_owner where owner = process);
    if paused_ms > 0 or fenced then
      wanted := 0;
    end if;

    if wanted > 0 then
      select coalesce(waiting_since, clock) into first_requested from openstack_replication.limiter_usage
        where settings_id = cloud and owner = process;
      first_requested := coalesce(first_requested, clock);
      -- A free slot goes to the process that has waited longest and requests slots still.
      select coalesce(sum(in_flight) filter (where expires > clock), 0),
          count(*) filter (where waiting_since < first_requested and last_seen > clock - interval '1 second')
        into others, ahead
        from openstack_replication.limiter_usage where settings_id = cloud and owner <> process;
      alone := others = 0 and ahead = 0;
      free := least(wanted, max_in_flight - running - others - ahead, max_starts);
      if free > 0 then
        known.recent_starts := array_fill('-infinity'::timestamptz, array[max_starts]) || known.recent_starts;
        known.recent_starts := known.recent_starts[
          cardinality(known.recent_starts) - max_starts + 1 : cardinality(known.recent_starts)];
        granted := array(
          select greatest(clock, recent + window_ms * interval '1 millisecond')
          from unnest(known.recent_starts[1 : free]) with ordinality as starts (recent, nth) order by nth);
        -- The starts that are due now; of the later ones only the first, so that every process gets its share.
        free := greatest(1, (select count(*) from unnest(granted) slot where slot <= clock));
        granted := granted[1 : free];
        known.recent_starts := known.recent_starts[free + 1 : max_starts] || granted;
        update openstack_replication.limiter set recent_starts = known.recent_starts where settings_id = cloud;
      end if;
    end if;
    start_ms := array(select extract(epoch from slot - clock) * 1000 from unnest(granted) slot);

    running := running + cardinality(granted);
    if running = 0 and wanted = 0 then
      delete from openstack_replication.limiter_usage where settings_id = cloud and owner = process;
    else
      insert into openstack_replication.limiter_usage as usage
        (settings_id, owner, in_flight, expires, waiting_since, last_seen)
      values (
        cloud, process, running,
        coalesce(granted[cardinality(granted)], clock) + call_ms * interval '1 millisecond',
        case when wanted > cardinality(granted) then
          case when granted = '{}' then first_requested else clock end
        end,
        clock
      )
      on conflict (settings_id, owner) do update set
        in_flight = excluded.in_flight,
        expires = case when granted = '{}' then usage.expires else excluded.expires end,
        waiting_since = excluded.waiting_since,
        last_seen = excluded.last_seen;
    end if;
  end $$`
