import pg from "pg"
import { isDatabaseDown } from "../src/models/database-down.ts"
import { startPostgres } from "./postgres.ts"
import { createWaldurTables } from "./waldur/tables.ts"

export interface HostDatabase {
  readonly url: string
  readonly pool: pg.Pool
  close(): Promise<void>
}

/** Tells a database that this host filled from one that is somebody's. */
const marker = "reference_host_demo"

/**
 * The reference host's database with Waldur's tables, empty: on an embedded PostgreSQL, or on that of `url`. There, a
 * demo of an earlier run is made anew, and tables that this host did not make are left alone: it does not start.
 */
export async function openHostDatabase(url: string | undefined): Promise<HostDatabase> {
  const server = url === undefined ? await startPostgres() : undefined
  const address = url ?? server?.url ?? ""
  const pool = new pg.Pool({ connectionString: address, max: 30 })
  try {
    await fill(pool)
  } catch (error) {
    await pool.end()
    await server?.stop()
    if (url === undefined || !isDatabaseDown(error)) throw error
    throw new Error(`The database of DATABASE_URL cannot be reached: ${(error as Error).message}`)
  }
  return {
    url: address,
    pool,
    async close() {
      await pool.end()
      await server?.stop()
    },
  }
}

async function fill(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ ours: boolean; taken: boolean }>(
      `select to_regclass('public.${marker}') is not null as ours, to_regclass('core_user') is not null as taken`,
    )
    if (rows[0]?.taken && !rows[0].ours) {
      throw new Error(
        "The database of DATABASE_URL holds Waldur's tables already. The demo wants an empty database; nothing was changed.",
      )
    }
    if (rows[0]?.ours) {
      await client.query(
        "drop schema if exists public, graphile_worker, openstack_replication cascade; create schema public",
      )
    }
    await createWaldurTables(client)
    await client.query(`create table public.${marker} (created timestamptz not null default now())`)
  } finally {
    client.release()
  }
}
