import { existsSync, mkdtempSync, statfsSync } from "node:fs"
import { join } from "node:path"
import pg from "pg"
import { type PostgresServer, startPostgres } from "../host/postgres.ts"

/** A file system in memory. Creating the 300 files of a database takes a twentieth of the time there. */
const memory = "/dev/shm"
/** What the databases of two test files and the log take, with room to spare. */
const neededBytes = 2 * 1024 ** 3

/** Databases of tests live for seconds: nothing is vacuumed, replicated or kept for a crash. */
const settings = [
  "autovacuum=off",
  "jit=off",
  "wal_level=minimal",
  "max_wal_senders=0",
  "min_wal_size=64MB",
  "max_wal_size=256MB",
]

/** Starts the PostgreSQL server of a test run: in memory where there is room, tuned for many short databases. */
export async function startTestServer(): Promise<PostgresServer> {
  const flags = settings.flatMap((setting) => ["-c", setting])
  const directory = inMemory()
  const server = await startPostgres({ flags, ...(directory && { directory, persistent: false }) })
  await cheapenPassword(server.url)
  return server
}

function inMemory(): string | undefined {
  if (!existsSync(memory)) return undefined
  const { bavail, bsize } = statfsSync(memory)
  if (bavail * bsize < neededBytes) return undefined
  try {
    return mkdtempSync(join(memory, "waldur-replication-db-"))
  } catch {
    return undefined // not writable
  }
}

/** By default a password is hashed 4,096 times for each connection, on both sides. */
async function cheapenPassword(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query("set scram_iterations = 1")
  await client.query(`alter user postgres password ${client.escapeLiteral(new URL(url).password)}`)
  await client.end()
}
