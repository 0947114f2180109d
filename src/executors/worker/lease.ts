import type pg from "pg"
import { backendPids } from "../../models/connections.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { type LockSession, openLockSession } from "./lease-lock.ts"
import type { Log } from "./log.ts"
import { startReaper } from "./reap.ts"

/** A lost lease is acquired again after this time, in milliseconds. */
const reacquireMs = 500

/** Times of the sign of life of a worker, in milliseconds. */
export interface Heartbeat {
  /** Time between two heartbeats. */
  readonly intervalMs: number
  /** A worker without a heartbeat for this time, by the database's clock, is taken for dead even if its lease is held. */
  readonly timeoutMs: number
}

const defaultHeartbeat: Heartbeat = { intervalMs: 5_000, timeoutMs: 45_000 }

export interface Lease {
  /** Whether other workers can see that this worker lives. */
  held(): boolean
  /** Resolves with the reason when other workers have taken this worker for dead and have released its jobs. */
  readonly fenced: Promise<string>
  /**
   * Ends the lease.
   * @param clean true: the worker has no jobs left and deletes its row; false: the reaper of another worker releases
   *   its jobs
   */
  release(clean: boolean): Promise<void>
}

/**
 * Holds the lease of this worker and reaps other workers that are dead.
 *
 * By itself graphile-worker takes a job back from a dead worker after four hours. The lease is a session lock: it ends
 * with the connection of the process, at once when the process is killed, and by keepalives when its network is cut. A
 * process that was only stopped (SIGSTOP, a frozen machine) keeps its lock, hence the heartbeat.
 *
 * A worker that was fenced and still runs can write nothing: the stage's attempt protects the rows, and the owner's name
 * protects the clouds. The worker notices it at its next heartbeat.
 *
 * @param workerPool graphile-worker's id of the worker's pool, which is the `locked_by` of its jobs
 */
export async function holdLease(
  pool: pg.Pool,
  ctx: WorkerContext,
  workerPool: string,
  log: Log,
  { intervalMs, timeoutMs }: Heartbeat = defaultHeartbeat,
): Promise<Lease> {
  const lease = new SessionLease(pool, ctx, workerPool, log)
  await lease.acquire()
  lease.startHeartbeat(intervalMs)
  const reaper = startReaper(ctx, workerPool, timeoutMs, log)
  return {
    held: () => lease.held(),
    fenced: lease.fenced,
    async release(clean) {
      reaper.stop()
      await lease.release(clean)
    },
  }
}

/** A lease on a database session; acquires it again on a new session whenever the session breaks. */
class SessionLease implements Lease {
  readonly fenced: Promise<string>
  readonly #fence: (reason: string) => void
  readonly #pool: pg.Pool
  readonly #ctx: WorkerContext
  readonly #workerPool: string
  readonly #log: Log
  #session: LockSession | undefined
  #registered = false
  #released = false
  #heartbeat: NodeJS.Timeout | undefined

  constructor(pool: pg.Pool, ctx: WorkerContext, workerPool: string, log: Log) {
    this.#pool = pool
    this.#ctx = ctx
    this.#workerPool = workerPool
    this.#log = log
    const { promise, resolve } = Promise.withResolvers<string>()
    this.fenced = promise
    this.#fence = resolve
  }

  held(): boolean {
    return this.#session?.isOpen() === true
  }

  async acquire(): Promise<void> {
    let session: LockSession | undefined
    session = await openLockSession(this.#pool, this.#workerPool, (error) => {
      // A session that breaks while it is being acquired fails this call instead.
      if (session !== undefined && session === this.#session) this.#onBroken(error)
    })
    try {
      if (this.#registered) await this.#beat(session)
      else await this.#register(session)
      if (!session.isOpen()) throw new Error("the session of the lease broke")
    } catch (error) {
      session.close()
      throw error
    }
    if (this.#released) session.close()
    else this.#session = session
  }

  startHeartbeat(intervalMs: number): void {
    this.#heartbeat = setInterval(() => {
      // Where the session breaks here, its listener acquires the lease again.
      if (this.#session?.isOpen()) this.#beat(this.#session).catch(() => undefined)
    }, intervalMs)
    this.#heartbeat.unref()
  }

  async release(clean: boolean): Promise<void> {
    this.#released = true
    clearInterval(this.#heartbeat)
    try {
      if (clean)
        await this.#ctx.db
          .deleteFrom("openstack_replication.worker")
          .where("pool", "=", this.#workerPool)
          .execute()
    } finally {
      this.#session?.close()
    }
  }

  async #register({ connection }: LockSession): Promise<void> {
    await connection.query(
      `insert into openstack_replication.worker (pool, owner, backend_pids, last_heartbeat)
       values ($1, $2, $3, clock_timestamp())
       on conflict (pool) do update set owner = excluded.owner, last_heartbeat = excluded.last_heartbeat`,
      [this.#workerPool, this.#ctx.clouds.owner, backendPids(this.#pool)],
    )
    this.#registered = true
  }

  async #beat({ connection }: LockSession): Promise<void> {
    const { rowCount } = await connection.query(
      "update openstack_replication.worker set last_heartbeat = clock_timestamp(), backend_pids = $2 where pool = $1",
      [this.#workerPool, backendPids(this.#pool)],
    )
    if (rowCount === 0) this.#fence("this worker was fenced: other workers took it for dead")
  }

  #onBroken(error: Error): void {
    if (this.#released) return
    this.#log.warn({ error: error.message }, "worker lease lost; acquiring it again")
    this.#reacquireLater()
  }

  #reacquireLater(): void {
    setTimeout(() => {
      if (!this.#released) this.acquire().catch(() => this.#reacquireLater())
    }, reacquireMs)
  }
}
