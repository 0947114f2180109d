import { readFile } from "node:fs/promises"
import pg from "pg"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { startWorker } from "../../plugin/index.ts"
import { CoreState } from "../../src/models/codes.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

t.test("a migration in a restored database finds what was created since, and creates nothing twice", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
      await withBackup(world, async (backup) => {
        const first = await work(world.databaseUrl)
        const ended = await world.ended(uuid)
        await first.stop()
        t.equal(ended.state, "OK", ended.error_message)
        const project = await world.projectOf(ended)
        const made = await viewTenant(world.destinationCloud, project)
        const { writes } = world.destination.stats()

        await backup.query(await recipe())
        const second = await work(String(backup.options.connectionString))
        const restored = await outcome(backup, uuid)
        await second.stop()
        t.match(restored, { state: 3, error_message: "", backend_id: project }, "the same project, complete")
        t.strictSame(await viewTenant(world.destinationCloud, project), made)
        const since = world.destination.stats().writes - writes
        t.ok(since <= 6, `only writes that have no second effect are repeated, ${since} times`)
      })
    },
    { worker: false },
  ),
)

/** The steps that docs/operations.md requires after a restore. */
async function recipe(): Promise<string> {
  const page = await readFile(new URL("../../docs/operations.md", import.meta.url), "utf8")
  const [, sql] = /## Back up and restore[\s\S]*?```sql\n([\s\S]*?)```/.exec(page) ?? []
  if (sql === undefined) throw new Error("docs/operations.md has no section on restores")
  return sql
}

async function work(connectionString: string) {
  const pool = new pg.Pool({ connectionString, max: 12 })
  const connection = <Defaults>(_: unknown, defaults: Defaults) => ({
    ...defaults,
    requestsPerSecond: 5_000,
    inFlight: 16,
  })
  const worker = await startWorker({ pool, connection, log: quiet })
  return {
    async stop() {
      await worker.stop()
      await pool.end()
    },
  }
}

/** Copies the database as it is now. */
async function withBackup(
  { databaseUrl }: TestWorld,
  run: (backup: pg.Pool) => Promise<void>,
): Promise<void> {
  const url = new URL(databaseUrl)
  const name = url.pathname.slice(1)
  const copy = `${name}_backup`
  const server = new pg.Client(Object.assign(new URL(url), { pathname: "/postgres" }).href)
  await server.connect()
  try {
    await server.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name])
    await server.query(`create database ${copy} template ${name}`)
    const pool = new pg.Pool({
      connectionString: Object.assign(new URL(url), { pathname: `/${copy}` }).href,
    })
    // Dropping the copy may meet a connection that is still closing.
    pool.on("error", () => undefined)
    try {
      await run(pool)
    } finally {
      await pool.end()
      await server.query(`drop database ${copy} with (force)`)
    }
  } finally {
    await server.end()
  }
}

function outcome(database: pg.Pool, uuid: string) {
  return waitFor(`migration ${uuid} to end in the restored database`, async () => {
    const { rows } = await database.query<{ state: number }>(
      `select migration.state, migration.error_message, object.backend_id
         from waldur_openstack_replication_migration migration
         join openstack_replication.object object on object.migration_id = migration.id and object.kind = 'project'
       where migration.uuid = $1`,
      [uuid],
    )
    const [row] = rows
    return row?.state === CoreState.OK || row?.state === CoreState.ERRED ? row : undefined
  })
}
