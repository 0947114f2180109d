import { type Expression, type RawBuilder, sql } from "kysely"
import type pg from "pg"
import type { Db } from "../../models/database.ts"
import { sessionsOf } from "../../models/sessions.ts"
import { ownTasks } from "../queue/jobs.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import type { Log } from "./log.ts"

/** First key of the advisory locks that workers hold, so that nobody else's locks are met. */
const lockClass = 501_973

/** A worker can die between its first job and its entry in the list of workers; then its jobs are taken after this time. */
const unregistered = "30 seconds"

/** How often dead workers are looked for, in milliseconds. */
const lookMs = 2_000

/** A worker that is younger may not hold its lease yet. */
const youngest = "5 seconds"

/** A broken lease is taken again after this time, in milliseconds. */
const pauseMs = 500

/** How a worker shows that it lives, in milliseconds. */
export interface Heartbeat {
  /** It says so this often. */
  readonly beatMs: number
  /** One that has not said so for this long is taken for dead, by the database's clock, whatever it holds. */
  readonly deadMs: number
}

const defaultHeartbeat: Heartbeat = { beatMs: 5_000, deadMs: 45_000 }

export interface Lease {
  /** Whether others can see that this worker lives. */
  held(): boolean
  /** Comes when others have taken this worker for dead: its jobs are theirs. */
  readonly lost: Promise<string>
  /**
   * Ends the lease. A worker that leaves nothing behind takes itself off the list; of one that broke, the jobs are
   * given back by the next that looks.
   */
  release(clean: boolean): Promise<void>
}

/**
 * Shows that this worker lives, and gives back the jobs of those that do not.
 *
 * graphile-worker by itself takes a job back from a dead worker after four hours. A session lock goes with the
 * process's connection, at once when it is killed; keepalives end the session of one whose network was cut. A worker
 * that was only stopped keeps its lock, so each also says every few seconds that it lives.
 *
 * One that was taken for dead and lives may write no more: the stage's attempt keeps it from the rows, its owner's
 * name from the clouds, and it learns of it with its next heartbeat.
 *
 * @param workerPool id of graphile-worker's pool, which it writes into `locked_by`
 */
export async function holdLease(
  pool: pg.Pool,
  ctx: WorkerContext,
  workerPool: string,
  log: Log,
  { beatMs, deadMs }: Heartbeat = defaultHeartbeat,
): Promise<Lease> {
  const { db, clouds } = ctx
  const loss = Promise.withResolvers<string>()
  let registered = false
  let beat: () => Promise<void> = async () => undefined
  let ended = false
  let held = false
  let closeLease: () => void = () => undefined
  const take = async () => {
    const own = await pool.connect()
    let given = false
    // Closed, not given back: the session's end is what frees the lock.
    const close = () => {
      if (given) return
      given = true
      held = false
      own.release(true)
    }
    own.on("error", (error) => {
      if (given || ended) return
      log.warn({ error: error.message }, "the worker's lease broke")
      close()
      setTimeout(retake, pauseMs)
    })
    try {
      await own.query(
        "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3",
      )
      await own.query("select pg_advisory_lock($1, hashtext($2))", [lockClass, workerPool])
      beat = async () => {
        const { rowCount } = await own.query(
          "update openstack_replication.worker set last_heartbeat = clock_timestamp(), backend_pids = $2 where pool = $1",
          [workerPool, sessionsOf(pool)],
        )
        if (rowCount === 0) loss.resolve("others took it for dead")
      }
      if (registered) await beat()
      else {
        await own.query(
          `insert into openstack_replication.worker (pool, owner, backend_pids, last_heartbeat)
           values ($1, $2, $3, clock_timestamp())
           on conflict (pool) do update set owner = excluded.owner, last_heartbeat = excluded.last_heartbeat`,
          [workerPool, clouds.owner, sessionsOf(pool)],
        )
        registered = true
      }
    } catch (error) {
      close()
      throw error
    }
    if (ended) close()
    else if (!given) {
      closeLease = close
      held = true
    }
  }
  const retake = () => {
    if (ended) return
    take().catch(() => setTimeout(retake, pauseMs))
  }
  try {
    await take()
  } catch (error) {
    // Nobody will end it: it must not be taken again behind the back of whoever is told of this.
    ended = true
    throw error
  }

  const suspects = new Map<string, number>()
  const beating = setInterval(() => {
    // A connection that breaks here is taken anew by its own listener.
    if (held) beat().catch(() => undefined)
  }, beatMs)
  const looking = setInterval(() => {
    buryDead(ctx, workerPool, deadMs, suspects, log).catch((error: unknown) => {
      log.warn({ error: String(error) }, "dead workers could not be looked for")
    })
  }, lookMs)
  beating.unref()
  looking.unref()
  return {
    held: () => held,
    lost: loss.promise,
    async release(clean) {
      ended = true
      clearInterval(beating)
      clearInterval(looking)
      try {
        if (clean)
          await db.deleteFrom("openstack_replication.worker").where("pool", "=", workerPool).execute()
      } finally {
        closeLease()
      }
    },
  }
}

/** Whether somebody holds the lease of a worker's pool, without trying to take it. */
export function leaseIsHeld(pool: Expression<unknown>): RawBuilder<boolean> {
  // The keys of an advisory lock are two integers, which PostgreSQL shows as oids: without a sign.
  return sql<boolean>`exists (
    select from pg_locks lease
    where lease.locktype = 'advisory' and lease.granted and lease.objsubid = 2
      and lease.database = (select oid from pg_database where datname = current_database())
      and lease.classid = ${lockClass}::bigint::oid
      and lease.objid = (hashtext(${pool})::bigint & 4294967295)::oid
  )`
}

/** A lock that is free may be taken again by a worker that only lost its connection: it has to be so twice. */
const looksTwice = 2

/**
 * Gives back the jobs of this plugin's workers that are dead: those whose lock is free, and those that have not been
 * heard of for long.
 * @param suspects how often each was seen without its lock
 */
async function buryDead(
  { db, queueSchema }: WorkerContext,
  self: string,
  deadMs: number,
  suspects: Map<string, number>,
  log: Log,
): Promise<void> {
  const jobs = sql.table(`${queueSchema}._private_jobs`)
  const tasks = sql.table(`${queueSchema}._private_tasks`)
  // Workers of older versions have no owner, and say nothing.
  const { rows: others } = await sql<{ pool: string; silent: boolean; locked: boolean }>`
    select pool, silent, ${leaseIsHeld(sql.ref("pool"))} as locked from (
      select pool, owner is not null and last_heartbeat < now() - make_interval(secs => ${deadMs / 1_000}) as silent
      from openstack_replication.worker
      where pool <> ${self} and started < now() - ${youngest}::interval
      union
      select job.locked_by, false from ${jobs} job join ${tasks} task on task.id = job.task_id
      where job.locked_by <> ${self} and task.identifier like ${ownTasks}
        and job.locked_at < now() - ${unregistered}::interval
        and job.locked_by not in (select pool from openstack_replication.worker)
    ) other`.execute(db)
  for (const pool of suspects.keys()) {
    if (!others.some((other) => other.pool === pool && !other.locked)) suspects.delete(pool)
  }
  for (const { pool, silent, locked } of others) {
    const looks = locked ? 0 : (suspects.get(pool) ?? 0) + 1
    if (!locked) suspects.set(pool, looks)
    if (!silent && looks < looksTwice) continue
    if (silent) await endSessions(db, pool, log)
    if (await bury(db, queueSchema, pool, silent ? deadMs : undefined)) {
      log.warn({ worker: pool }, "a worker ended without a word; its jobs go on elsewhere")
    }
  }
}

/**
 * A process that stands still keeps its transactions open, and with them the rows that its successor needs. They are
 * undone: what it has not committed was never written.
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
      log.warn({ worker: pool, error: String(error) }, "the sessions of a dead worker could not be ended")
    })
}

/**
 * Takes a worker for dead, in one transaction: its process may start no call under its name any more, its places are
 * free, and its jobs are given back. Answers false where it has come back to life, or another one was faster.
 */
function bury(db: Db, queueSchema: string, pool: string, deadMs: number | undefined): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const alive =
      deadMs === undefined
        ? leaseIsHeld(sql.val(pool))
        : sql<boolean>`exists (select from openstack_replication.worker
            where pool = ${pool} and last_heartbeat >= now() - make_interval(secs => ${deadMs / 1_000}))`
    await sql`select from openstack_replication.worker where pool = ${pool} for update`.execute(trx)
    const { rows } = await sql<{ alive: boolean }>`select ${alive} as alive`.execute(trx)
    if (rows[0]?.alive !== false) return false
    const [dead] = await trx
      .deleteFrom("openstack_replication.worker")
      .where("pool", "=", pool)
      .returning("owner")
      .execute()
    if (dead?.owner) {
      const { owner } = dead
      await trx
        .insertInto("openstack_replication.fenced_owner")
        .values({ owner })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await trx.deleteFrom("openstack_replication.limiter_usage").where("owner", "=", owner).execute()
      await sql`delete from openstack_replication.fenced_owner where since < now() - interval '1 day'`.execute(
        trx,
      )
    }
    await sql`select ${sql.ref(queueSchema)}.force_unlock_workers(array[${pool}])`.execute(trx)
    return true
  })
}
