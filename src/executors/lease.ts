import { type Expression, type RawBuilder, sql } from "kysely"
import type pg from "pg"
import type { Db } from "../models/database.ts"
import type { Log } from "./log.ts"

/** First key of the advisory locks that workers hold, so that nobody else's locks are met. */
const lockClass = 501_973

/** Names of this plugin's tasks: other jobs of the queue are not its business. */
export const ownTasks = "openstack\\_replication\\_%"

/** A worker can die between its first job and its entry in the list of workers; then its jobs are taken after this time. */
const unregistered = "30 seconds"

/** How often dead workers are looked for, in milliseconds. */
const lookMs = 2_000

/** A worker that is younger may not hold its lease yet. */
const youngest = "5 seconds"

/** A broken lease is taken again after this time, in milliseconds. */
const pauseMs = 500

export interface Lease {
  /** Whether others can see that this worker lives. */
  held(): boolean
  /**
   * Ends the lease. A worker that leaves nothing behind takes itself off the list; of one that broke, the jobs are
   * given back by the next that looks.
   */
  release(clean: boolean): Promise<void>
}

/**
 * Holds a session lock for as long as this worker lives, and gives back the jobs of workers whose lock is free.
 *
 * graphile-worker by itself takes a job back from a dead worker after four hours. A session lock goes with the
 * process's connection, at once when it is killed; keepalives end the session of one whose network was cut.
 * A worker that only lost its connection may be taken for dead: then the stage's attempt keeps it from writing.
 *
 * @param workerPool id of graphile-worker's pool, which it writes into `locked_by`
 */
export async function holdLease(
  pool: pg.Pool,
  db: Db,
  queueSchema: string,
  workerPool: string,
  log: Log,
): Promise<Lease> {
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
      await own.query("insert into openstack_replication.worker (pool) values ($1) on conflict do nothing", [
        workerPool,
      ])
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
  await take()

  const timer = setInterval(() => {
    unlockDead(db, queueSchema, workerPool, log).catch((error: unknown) => {
      log.warn({ error: String(error) }, "dead workers could not be looked for")
    })
  }, lookMs)
  timer.unref()
  return {
    held: () => held,
    async release(clean) {
      ended = true
      clearInterval(timer)
      if (clean) await db.deleteFrom("openstack_replication.worker").where("pool", "=", workerPool).execute()
      closeLease()
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

/** Gives back the jobs of this plugin's workers that are dead: those whose lock can be taken. */
async function unlockDead(db: Db, queueSchema: string, self: string, log: Log): Promise<void> {
  await db.connection().execute(async (connection) => {
    const jobs = sql.table(`${queueSchema}._private_jobs`)
    const tasks = sql.table(`${queueSchema}._private_tasks`)
    const { rows: others } = await sql<{ pool: string }>`
      select pool from openstack_replication.worker
      where pool <> ${self} and started < now() - ${youngest}::interval
      union
      select job.locked_by from ${jobs} job join ${tasks} task on task.id = job.task_id
      where job.locked_by <> ${self} and task.identifier like ${ownTasks}
        and job.locked_at < now() - ${unregistered}::interval`.execute(connection)
    for (const { pool } of others) {
      const { rows } = await sql<{ free: boolean }>`
        select pg_try_advisory_lock(${lockClass}, hashtext(${pool})) as free`.execute(connection)
      if (!rows[0]?.free) continue
      try {
        await sql`select ${sql.ref(queueSchema)}.force_unlock_workers(array[${pool}])`.execute(connection)
        await connection.deleteFrom("openstack_replication.worker").where("pool", "=", pool).execute()
        log.warn({ worker: pool }, "a worker ended without a word; its jobs go on elsewhere")
      } finally {
        await sql`select pg_advisory_unlock(${lockClass}, hashtext(${pool}))`.execute(connection)
      }
    }
  })
}
