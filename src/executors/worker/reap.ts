import { sql } from "kysely"
import type { Db, Trx } from "../../models/database.ts"
import { ownTasks } from "../queue/jobs.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { leaseIsHeld } from "./lease-lock.ts"
import type { Log } from "./log.ts"

/** Time between two searches for dead workers, in milliseconds. */
const reapIntervalMs = 2_000

/** A worker that started more recently may not hold its lease yet. */
const startupTime = "5 seconds"

/** A worker can die between its first job and its registration; its jobs are released after this time. */
const unregisteredTime = "30 seconds"

/** A worker that only lost its connection acquires its lease again: the lease has to be free in this many searches in a row. */
const missesUntilDead = 2

/** Another worker, or the `locked_by` of jobs whose worker is not registered. */
interface OtherWorker {
  readonly pool: string
  /** Whether its last heartbeat is too long ago. */
  readonly silent: boolean
  /** Whether its lease is held. */
  readonly held: boolean
}

/**
 * Looks for dead workers of this plugin from now on and releases their jobs: of workers whose lease is free, and of
 * workers without a heartbeat.
 * @param workerPool graphile-worker's id of this worker's own pool
 * @param timeoutMs a worker without a heartbeat for this time is dead
 */
export function startReaper(
  ctx: WorkerContext,
  workerPool: string,
  timeoutMs: number,
  log: Log,
): { stop(): void } {
  const missedLeases = new Map<string, number>()
  const timer = setInterval(() => {
    reapDead(ctx, workerPool, timeoutMs, missedLeases, log).catch((error: unknown) => {
      log.warn({ error: String(error) }, "search for dead workers failed")
    })
  }, reapIntervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** @param missedLeases the number of searches in a row in which a worker's lease was free */
async function reapDead(
  ctx: WorkerContext,
  self: string,
  timeoutMs: number,
  missedLeases: Map<string, number>,
  log: Log,
): Promise<void> {
  const { db, queueSchema } = ctx
  const others = await listOthers(ctx, self, timeoutMs)
  for (const pool of missedLeases.keys()) {
    if (!others.some((other) => other.pool === pool && !other.held)) missedLeases.delete(pool)
  }
  for (const { pool, silent, held } of others) {
    const misses = held ? 0 : (missedLeases.get(pool) ?? 0) + 1
    if (!held) missedLeases.set(pool, misses)
    if (!silent && misses < missesUntilDead) continue
    if (silent) await endSessions(db, pool, log)
    if (await reap(db, queueSchema, pool, silent ? timeoutMs : undefined)) {
      log.warn({ worker: pool }, "worker died; its jobs were released")
    }
  }
}

async function listOthers(
  { db, queueSchema }: WorkerContext,
  self: string,
  timeoutMs: number,
): Promise<readonly OtherWorker[]> {
  const jobs = sql.table(`${queueSchema}._private_jobs`)
  const tasks = sql.table(`${queueSchema}._private_tasks`)
  const { rows } = await sql<OtherWorker>`
    select pool, silent, ${leaseIsHeld(sql.ref("pool"))} as held from (
      select pool, owner is not null and last_heartbeat < now() - make_interval(secs => ${timeoutMs / 1_000}) as silent
      from openstack_replication.worker
      where pool <> ${self} and started < now() - ${startupTime}::interval
      union
      select job.locked_by, false from ${jobs} job join ${tasks} task on task.id = job.task_id
      where job.locked_by <> ${self} and task.identifier like ${ownTasks}
        and job.locked_at < now() - ${unregisteredTime}::interval
        and job.locked_by not in (select pool from openstack_replication.worker)
    ) other`.execute(db)
  return rows
}

/**
 * Ends the database sessions of a stopped process. Its open transactions lock rows that the next worker needs, and they
 * are rolled back.
 */
async function endSessions(db: Db, pool: string, log: Log): Promise<void> {
  await sql`
    select pg_terminate_backend(session.pid)
    from openstack_replication.worker
      join pg_stat_activity session on session.pid = any (worker.backend_pids)
    where worker.pool = ${pool} and session.datname = current_database() and session.usename = current_user
      and session.backend_start <= worker.last_heartbeat and session.pid <> pg_backend_pid()`
    .execute(db)
    .catch((error: unknown) => {
      log.warn({ worker: pool, error: String(error) }, "ending the sessions of a dead worker failed")
    })
}

/**
 * Fences a dead worker and releases its jobs, in one transaction. Returns false where the worker has come back to life,
 * or another worker was faster.
 * @param timeoutMs where it is given, the worker is dead by its heartbeat; otherwise by its free lease
 */
function reap(db: Db, queueSchema: string, pool: string, timeoutMs: number | undefined): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`select from openstack_replication.worker where pool = ${pool} for update`.execute(trx)
    if (await isAlive(trx, pool, timeoutMs)) return false
    const [dead] = await trx
      .deleteFrom("openstack_replication.worker")
      .where("pool", "=", pool)
      .returning("owner")
      .execute()
    if (dead?.owner) await fence(trx, dead.owner)
    await sql`select ${sql.ref(queueSchema)}.force_unlock_workers(array[${pool}])`.execute(trx)
    return true
  })
}

async function isAlive(trx: Trx, pool: string, timeoutMs: number | undefined): Promise<boolean> {
  const alive =
    timeoutMs === undefined
      ? leaseIsHeld(sql.val(pool))
      : sql<boolean>`exists (select from openstack_replication.worker
          where pool = ${pool} and last_heartbeat >= now() - make_interval(secs => ${timeoutMs / 1_000}))`
  const { rows } = await sql<{ alive: boolean }>`select ${alive} as alive`.execute(trx)
  return rows[0]?.alive !== false
}

/** Keeps an owner from acquiring slots, and frees the slots that it has. */
async function fence(trx: Trx, owner: string): Promise<void> {
  await trx
    .insertInto("openstack_replication.fenced_owner")
    .values({ owner })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await trx.deleteFrom("openstack_replication.limiter_usage").where("owner", "=", owner).execute()
  await trx
    .deleteFrom("openstack_replication.fenced_owner")
    .where("fenced_at", "<", sql<Date>`now() - interval '1 day'`)
    .execute()
}
