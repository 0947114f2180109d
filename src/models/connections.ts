import type pg from "pg"

const clientsOf = new WeakMap<pg.Pool, Set<pg.PoolClient>>()

/** Keeps track of a pool's connections from now on. */
export function trackConnections(pool: pg.Pool): void {
  if (clientsOf.has(pool)) return
  const clients = new Set<pg.PoolClient>()
  clientsOf.set(pool, clients)
  pool.on("connect", (client) => clients.add(client))
  pool.on("acquire", (client) => clients.add(client))
  pool.on("remove", (client) => clients.delete(client))
}

/** PostgreSQL's process ids of the connections of a tracked pool. */
export function backendPids(pool: pg.Pool): readonly number[] {
  return [...(clientsOf.get(pool) ?? [])].flatMap((client) => {
    // pg keeps the id that the server sent at sign-in; its types do not show it.
    const { processID } = client as pg.PoolClient & { readonly processID?: number | null }
    return processID ?? []
  })
}
