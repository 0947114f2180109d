import type pg from "pg"

const known = new WeakMap<pg.Pool, Set<pg.PoolClient>>()

/** Keeps count of a pool's connections from now on. */
export function watchSessions(pool: pg.Pool): void {
  if (known.has(pool)) return
  const clients = new Set<pg.PoolClient>()
  known.set(pool, clients)
  pool.on("connect", (client) => clients.add(client))
  pool.on("acquire", (client) => clients.add(client))
  pool.on("remove", (client) => clients.delete(client))
}

/** PostgreSQL's process ids of a pool's connections. */
export function sessionsOf(pool: pg.Pool): readonly number[] {
  return [...(known.get(pool) ?? [])].flatMap((client) => {
    // pg keeps what the server said at the start; its types leave it out.
    const { processID } = client as pg.PoolClient & { readonly processID?: number | null }
    return processID ?? []
  })
}
