import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import { startStageWorker } from "../../src/executors/worker/worker.ts"
import type { OwnWorker } from "../helpers/own-worker.ts"
import { startProcess } from "../helpers/process.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const ports = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }

t.test("a worker that gets SIGTERM exits although a call hangs, and its jobs continue at once", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant, ports)
      const hanging = Promise.withResolvers<void>()
      let calls = 0
      world.destination.onRequest = async ({ method, path }) => {
        calls += 1
        if (method === "POST" && path === "ports") await hanging.promise
      }
      const first = startProcess(["host/worker.ts"], { DATABASE_URL: world.databaseUrl })
      await waitFor("a port to be requested", () => world.destination.stats().byCall["POST network/ports"])
      t.equal(await first.end(), 0, "it exits with code 0")
      const left = await world.pool.query(
        "select from openstack_replication.worker union all select from graphile_worker._private_jobs where locked_by is not null",
      )
      t.equal(left.rowCount, 0, "it holds no lease and no job")
      const before = calls
      hanging.resolve()
      await using _second = startProcess(["host/worker.ts"], { DATABASE_URL: world.databaseUrl })
      await copied(t, world, uuid, tenant.projectId)
      t.ok(calls > before)
    },
    { worker: false },
  ),
)

t.test("a worker that loses the database while it starts fails and leaves no lease", (t) =>
  withWorld(
    async ({ app, databaseUrl, pool: others }) => {
      const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
      let broken = false
      pool.on("connect", (client: pg.PoolClient & { readonly processID?: number }) => {
        const query = client.query.bind(client) as (...args: unknown[]) => unknown
        const breaking = async (...args: unknown[]) => {
          broken = true
          await others.query("select pg_terminate_backend($1)", [client.processID])
          return query(...args)
        }
        const either = (...args: unknown[]) =>
          !broken && /insert into openstack_replication.worker/.test(String(args[0]))
            ? breaking(...args)
            : query(...args)
        client.query = either as typeof client.query
      })
      const { ctx } = await prepare({ pool }, app.log)
      await t.rejects(startStageWorker(ctx, { pool, concurrency: 2, log: app.log }))
      // Longer than the time after which a lost lease is acquired again.
      await sleep(1_000)
      const { rows } = await others.query(`select pid from pg_locks where locktype = 'advisory' and granted
           and database = (select oid from pg_database where datname = current_database())`)
      t.strictSame(rows, [])
      await ctx.clouds.close()
      // A lease that was left would keep its connection.
      if (rows.length === 0) await pool.end()
    },
    { worker: false },
  ),
)

/** When it resumes, another worker has completed the migration or works on it. */
for (const when of ["after", "while"] as const) {
  t.test(`a worker that was suspended writes nothing when it resumes ${when} another does its work`, (t) =>
    withWorld(
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        const { uuid } = await world.create(tenant, ports)
        world.destination.setLatency(100)
        await using first = startOwn(world)
        await calls(world, 20)
        first.signal("SIGSTOP")
        const [stopped] = await workers(world)
        const before = world.destination.stats().calls
        await using second = startOwn(world)
        await second.line(/ready/)
        const reaped = async () => !(await workers(world)).includes(stopped ?? "")
        await waitFor("the stopped worker to be reaped", reaped, { everyMs: 20 })
        if (when === "after") await world.ended(uuid)
        else await calls(world, before + 4)
        const { writes } = world.destination.stats()
        first.signal("SIGCONT")
        const registered = async () => (await workers(world)).length === 2
        await waitFor("the fenced worker to register again", registered, { everyMs: 20 })
        if (when === "after") t.equal(world.destination.stats().writes, writes, "it has written nothing")
        await copied(t, world, uuid, tenant.projectId)
        const { rows } = await world.pool.query(
          "select count(*)::int as jobs from graphile_worker._private_jobs",
        )
        t.strictSame(rows, [{ jobs: 0 }], "no job is left")
      },
      { worker: false },
    ),
  )
}

function calls({ destination }: TestWorld, count: number): Promise<true> {
  return waitFor(`${count} calls to the destination`, () => destination.stats().calls >= count, {
    everyMs: 5,
  })
}

function startOwn(world: TestWorld) {
  const worker: OwnWorker = {
    heartbeat: { intervalMs: 200, timeoutMs: 2_000 },
    limits: { requestsPerSecond: 1_000, inFlight: 4 },
  }
  return startProcess(["test/helpers/own-worker.ts"], {
    DATABASE_URL: world.databaseUrl,
    WORKER: JSON.stringify(worker),
  })
}

async function workers(world: TestWorld): Promise<readonly string[]> {
  const { rows } = await world.pool.query<{ pool: string }>(
    "select pool from openstack_replication.worker order by started",
  )
  return rows.map(({ pool }) => pool)
}

async function copied(t: Test, world: TestWorld, uuid: string, projectId: string): Promise<void> {
  const migration = await world.ended(uuid)
  t.equal(migration.state, "OK", migration.error_message)
  t.strictSame(
    await viewTenant(world.destinationCloud, await world.projectOf(migration)),
    await viewTenant(world.sourceCloud, projectId),
    "the copy is exact",
  )
}
