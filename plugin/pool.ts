import type pg from "pg"
import { errors } from "../src/errors.ts"
import type { Log } from "../src/executors/worker/log.ts"

/** Connections that an API needs at the start: one holds the lock, another migrates the tables. */
const minConnectionsOfApi = 2
/** The queue listens on one connection, the lease holds one, and a stage may read on one while it writes on another. */
const minConnectionsOfWorker = 4

/** Refuses a pool so small that the process would wait for its own connections forever. @throws INVALID_OPTION */
export function checkPool({ options: { max = 10 } }: pg.Pool, worker: boolean): void {
  const min = worker ? minConnectionsOfWorker : minConnectionsOfApi
  if (max >= min) return
  const process = worker ? "a process with a worker" : "an API without a worker"
  throw errors.invalidOption(
    `pool has ${max} connections; ${process} needs at least ${min}. Recommended: ${worker ? "concurrency + 4" : "10"}.`,
  )
}

/**
 * Logs idle connections that break; the pool replaces them. Without a listener, such an error would end the process.
 */
export function logBrokenConnections(pool: pg.Pool, log: Log): void {
  const warn = (error: Error) => {
    // A pool that is being ended may see the server close its connections first. That is expected.
    if (!pool.ending) log.warn({ error: error.message }, "database connection lost")
  }
  if (pool.listenerCount("error") === 0) pool.on("error", warn)
  // The pool itself listens only to idle connections. Existing connections get the listener when they are acquired.
  const watched = new WeakSet<pg.PoolClient>()
  const watch = (client: pg.PoolClient) => {
    if (watched.has(client)) return
    watched.add(client)
    client.on("error", warn)
  }
  pool.on("connect", watch)
  pool.on("acquire", watch)
}
