import pg from "pg"
import { isDatabaseDown } from "../src/models/database-down.ts"
import { startPostgres } from "./postgres.ts"
import { createWaldurTables } from "./waldur/tables.ts"

export interface HostDatabase {
  readonly url: string
  readonly pool: pg.Pool
  close(): Promise<void>
}

/** A table that only databases of this host have: others are never changed. */
const marker = "reference_host_demo"

/**
 * Opens the reference host's database with Waldur's tables, all empty: in an embedded PostgreSQL, or at `url`. A demo of
 * an earlier run is dropped there.
 * @throws Error where the database holds tables that this host did not create; nothing is changed then
 */
export async function openHostDatabase(url: string | undefined): Promise<HostDatabase> {
  const server = url === undefined ? await startPostgres() : undefined
  const address = url ?? server?.url ?? ""
  const pool = new pg.Pool({ connectionString: address, max: 30 })
  try {
    await createTables(pool)
  } catch (error) {
    await pool.end()
    await server?.stop()
    if (url === undefined || !isDatabaseDown(error)) throw error
    throw new Error(
      `The database of DATABASE_URL is unreachable: ${(error as Error).message}. Start it or correct DATABASE_URL.`,
    )
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

async function createTables(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ demo: boolean; waldur: boolean }>(
      `select to_regclass('public.${marker}') is not null as demo, to_regclass('core_user') is not null as waldur`,
    )
    if (rows[0]?.waldur && !rows[0].demo) {
      throw new Error(
        "The database of DATABASE_URL already holds Waldur's tables. Nothing was changed. Set DATABASE_URL to an empty database.",
      )
    }
    if (rows[0]?.demo) {
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
