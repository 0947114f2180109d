import { sql } from "kysely"
import { Gauge, Registry } from "prom-client"
import { ownTasks } from "../executors/queue/jobs.ts"
import { leaseIsHeld } from "../executors/worker/lease-lock.ts"
import { CoreState, coreStateName } from "../models/codes.ts"
import type { Db } from "../models/database.ts"

/** States that are reported even while no migration is in them, so that their graphs have no gaps. */
const reportedStates = [CoreState.CREATION_SCHEDULED, CoreState.CREATING, CoreState.OK, CoreState.ERRED]

/**
 * Returns gauges of all migrations, jobs and workers in Prometheus' text format. They are the same in every process.
 * Where the database cannot be read, only `database_up` is returned.
 */
export async function databaseMetrics(db: Db, queueSchema: string): Promise<string> {
  const registry = new Registry()
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({
      name: `openstack_replication_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
    })
  const up = gauge("database_up", "1 if the database responded, else 0.")
  const found = await Promise.all([readWork(db), readQueue(db, queueSchema)]).catch(() => undefined)
  up.set(found === undefined ? 0 : 1)
  if (found === undefined) return registry.metrics()
  const [work, queue] = found

  const migrations = gauge("migrations", "Migrations by state, of all time.", ["state"])
  for (const state of reportedStates) migrations.set({ state: coreStateName(state) }, 0)
  const objects = gauge("objects", "Objects of migrations in progress, by kind and state.", ["kind", "state"])
  for (const { kind, state, count } of work) {
    if (kind === null) migrations.set({ state: coreStateName(Number(state)) }, Number(count))
    else objects.set({ kind, state }, Number(count))
  }
  const jobs = gauge("jobs", "Jobs of this plugin in the queue, by state.", ["state"])
  for (const state of ["waiting", "running", "delayed", "failed"] as const) {
    jobs.set({ state }, Number(queue[state]))
  }
  gauge("oldest_waiting_job_seconds", "Time since the oldest waiting job became due; 0 if none waits.").set(
    Number(queue.oldest),
  )
  gauge("workers", "Live workers of all processes.").set(Number(queue.workers))
  return registry.metrics()
}

/** Counts migrations by state (with a null kind), and objects of migrations in progress by kind and state. */
async function readWork(db: Db) {
  const { rows } = await sql<{ kind: string | null; state: string; count: string }>`
    select null as kind, state::text, count(*)
    from waldur_openstack_replication_migration group by state
    union all
    select object.kind, object.state, count(*)
    from openstack_replication.object object
    join waldur_openstack_replication_migration migration on migration.id = object.migration_id
    where migration.state not in (${CoreState.OK}, ${CoreState.ERRED})
    group by object.kind, object.state`.execute(db)
  return rows
}

interface Queue {
  readonly waiting: string
  readonly running: string
  readonly delayed: string
  /** Jobs without tries left. */
  readonly failed: string
  readonly oldest: string
  readonly workers: string
}

async function readQueue(db: Db, queueSchema: string): Promise<Queue> {
  const jobs = sql.table(`${queueSchema}._private_jobs`)
  const tasks = sql.table(`${queueSchema}._private_tasks`)
  const { rows } = await sql<Queue>`
    with job as (
      select greatest(run_at, created_at) as since,
        case
          when locked_at is not null then 'running'
          when attempts >= max_attempts then 'failed'
          when run_at > now() then 'delayed'
          else 'waiting'
        end as state
      from ${jobs} where task_id in (select id from ${tasks} where identifier like ${ownTasks})
    )
    select
      count(*) filter (where state = 'waiting') as waiting,
      count(*) filter (where state = 'running') as running,
      count(*) filter (where state = 'delayed') as delayed,
      count(*) filter (where state = 'failed') as failed,
      coalesce(extract(epoch from now() - min(since) filter (where state = 'waiting')), 0) as oldest,
      (select count(*) from openstack_replication.worker where ${leaseIsHeld(sql.ref("pool"))}) as workers
    from job`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error("The aggregate over the queue returned no row.")
  return row
}
