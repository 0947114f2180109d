import { type Expression, type RawBuilder, sql } from "kysely"
import type pg from "pg"

/** First key of the advisory locks of workers, so that they cannot collide with the locks of others. */
const lockClass = 501_973

/** A session that holds the lock of a worker's lease. */
export interface LockSession {
  readonly connection: pg.PoolClient
  /** Whether the session has neither been closed nor broken. */
  isOpen(): boolean
  /** Ends the session, which frees the lock. Closing it again changes nothing. */
  close(): void
}

/**
 * Opens a session of its own and waits for the lock of a worker's lease. Keepalives end the session within 20 s where
 * the network of its process was cut.
 * @param workerPool graphile-worker's id of the worker's pool
 * @param onBroken called once where the session breaks before it is closed
 */
export async function openLockSession(
  pool: pg.Pool,
  workerPool: string,
  onBroken: (error: Error) => void,
): Promise<LockSession> {
  const connection = await pool.connect()
  let open = true
  const close = () => {
    if (!open) return
    open = false
    // Destroyed, not given back to the pool: the lock is freed by the end of the session.
    connection.release(true)
  }
  connection.on("error", (error) => {
    if (!open) return
    close()
    onBroken(error)
  })
  try {
    await connection.query(
      "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3",
    )
    await connection.query("select pg_advisory_lock($1, hashtext($2))", [lockClass, workerPool])
  } catch (error) {
    close()
    throw error
  }
  return { connection, isOpen: () => open, close }
}

/** SQL: whether the lease of a worker's pool is held. Does not try to acquire it. */
export function leaseIsHeld(pool: Expression<unknown>): RawBuilder<boolean> {
  // pg_locks shows the two integer keys of an advisory lock as oids, which are unsigned.
  return sql<boolean>`exists (
    select from pg_locks lease
    where lease.locktype = 'advisory' and lease.granted and lease.objsubid = 2
      and lease.database = (select oid from pg_database where datname = current_database())
      and lease.classid = ${lockClass}::bigint::oid
      and lease.objid = (hashtext(${pool})::bigint & 4294967295)::oid
  )`
}
