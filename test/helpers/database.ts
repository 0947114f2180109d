import { hash, randomBytes } from "node:crypto"
import pg from "pg"
import { type PostgresServer, startPostgres } from "../../host/postgres.ts"
import { createWaldurTables, waldurTablesSql } from "../../host/waldur/tables.ts"

export interface TestDatabase {
  /** Address of the database, as superuser. */
  readonly url: string
  readonly pool: pg.Pool
}

const MAKING_TEMPLATE = 5_019_730_002

let own: Promise<PostgresServer> | undefined

/**
 * Gives a test a fresh database with Waldur's tables and drops it after. The server is the one that TEST_DATABASE_URL
 * names, else one of our own, which ends with this process.
 * @throws if a connection to the database is still open when the test is done
 */
export async function withDatabase<T>(run: (db: TestDatabase) => Promise<T>): Promise<T> {
  const serverUrl = process.env.TEST_DATABASE_URL ?? (await ownServer()).url
  return withClient(serverUrl, (server) => withCopy(serverUrl, server, run))
}

/** The same with a database that holds nothing. What is connected to it when the test is done is cut off. */
export async function withEmptyDatabase<T>(run: (url: string) => Promise<T>): Promise<T> {
  const serverUrl = process.env.TEST_DATABASE_URL ?? (await ownServer()).url
  return withClient(serverUrl, async (server) => {
    const name = `test_${randomBytes(6).toString("hex")}`
    await server.query(`create database ${name}`)
    try {
      return await run(urlOf(serverUrl, name))
    } finally {
      await server.query(`drop database ${name} with (force)`)
    }
  })
}

function ownServer(): Promise<PostgresServer> {
  own ??= startPostgres()
  return own
}

async function withCopy<T>(
  serverUrl: string,
  server: pg.Client,
  run: (db: TestDatabase) => Promise<T>,
): Promise<T> {
  const template = await prepareTemplate(serverUrl, server)
  const name = `test_${randomBytes(6).toString("hex")}`
  await server.query(`create database ${name} template ${template}`)
  const url = urlOf(serverUrl, name)
  const pool = new pg.Pool({ connectionString: url, max: 20, allowExitOnIdle: true })
  try {
    const result = await run({ url, pool })
    await pool.end()
    await refuseLeaks(server, name)
    return result
  } finally {
    if (!pool.ending) await pool.end()
    await server.query(`drop database ${name} with (force)`)
  }
}

/** Makes the template once for each form of the tables; test processes that start at once wait for each other. */
async function prepareTemplate(serverUrl: string, server: pg.Client): Promise<string> {
  const name = `waldur_template_${hash("sha1", waldurTablesSql()).slice(0, 12)}`
  await server.query("select pg_advisory_lock($1)", [MAKING_TEMPLATE])
  try {
    const { rowCount } = await server.query("select from pg_database where datname = $1", [name])
    if (rowCount) return name
    const draft = `${name}_draft`
    await server.query(`drop database if exists ${draft} with (force)`)
    await server.query(`create database ${draft}`)
    await withClient(urlOf(serverUrl, draft), createWaldurTables)
    await server.query(`alter database ${draft} rename to ${name}`)
    return name
  } finally {
    await server.query("select pg_advisory_unlock($1)", [MAKING_TEMPLATE])
  }
}

/** A server process outlives its connection by a moment, so a look that finds some is repeated for a while. */
async function refuseLeaks(server: pg.Client, name: string): Promise<void> {
  const sql =
    "select application_name, state, query from pg_stat_activity where datname = $1 and backend_type = 'client backend'"
  for (let look = 0; ; look++) {
    const { rows } = await server.query(sql, [name])
    if (rows.length === 0) return
    if (look === 20) throw new Error(`the test left connections open: ${JSON.stringify(rows)}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

async function withClient<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}
