import fastify from "fastify"
import pg from "pg"
import t from "tap"
import openstackReplication, { type Health, serveMonitoring, startWorker } from "../../plugin/index.ts"
import { withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"
import { samplesOf } from "../helpers/samples.ts"
import { waitFor } from "../helpers/wait-for.ts"

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const all = { database: true, tables: true, queue: true }

t.test("an API is ready while the database passes every check, and live in any case", (t) =>
  withDatabase(async ({ pool, url }) => {
    const own = new pg.Pool({ connectionString: url })
    const app = fastify({ forceCloseConnections: true })
    await app.register(openstackReplication, { pool: own, worker: false, health: { path: "/health" } })
    const site = await app.listen({ host: "127.0.0.1", port: 0 })
    const ready = () => ask(`${site}/health/ready`)
    try {
      t.match(await ready(), { status: 200, body: { ready: true, checks: all } })

      await pool.query("delete from openstack_replication.schema_migration where name like '0001%'")
      t.match(await ready(), { status: 503, body: { ready: false, checks: { ...all, tables: false } } })
      await pool.query("drop schema openstack_replication cascade")
      t.match(await ready(), { status: 503, body: { checks: { ...all, tables: false } } })
      await pool.query("drop schema graphile_worker cascade")
      t.match(await ready(), { status: 503, body: { checks: { ...all, tables: false, queue: false } } })

      await own.end()
      t.match(await ready(), { status: 503, body: { checks: { database: false } } })
      t.equal((await ask(`${site}/health/live`)).status, 200)
    } finally {
      await app.close()
    }
  }),
)

t.test("a database that does not respond fails the check after a time limit", (t) =>
  withDatabase(async ({ url }) => {
    const own = new pg.Pool({ connectionString: url, max: 4 })
    const app = fastify()
    await app.register(openstackReplication, { pool: own, worker: false, health: { path: "/health" } })
    const taken = await Promise.all([1, 2, 3, 4].map(() => own.connect()))
    const answer = await app.inject({ url: "/health/ready" })
    t.equal(answer.statusCode, 503, "the pool has no free connection")
    for (const client of taken) client.release()
    await app.close()
    await own.end()
  }),
)

t.test("health and metrics have no path by default, and an invalid path makes the start fail", (t) =>
  withDatabase(async ({ pool }) => {
    const app = fastify()
    await app.register(openstackReplication, { pool, worker: false })
    for (const url of ["/health/live", "/health/ready", "/metrics"])
      t.equal((await app.inject({ url })).statusCode, 404, url)
    await app.close()
    for (const path of ["", "metrics", "/metrics/", "/"]) {
      const other = fastify()
      other.register(openstackReplication, { pool, worker: false, metrics: { path } })
      const error: unknown = await other.ready().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      t.match(error, { code: "INVALID_OPTION", message: /metrics\.path/ }, `"${path}"`)
      await other.close()
    }
  }),
)

t.test("a worker without an API serves health and metrics on a port, and is not ready once it stops", (t) =>
  withDatabase(async ({ pool }) => {
    const worker = await startWorker({ pool, log: quiet })
    const { url, close } = await serveMonitoring(worker, { port: 0 })
    try {
      t.match(url, /^http:\/\/127\.0\.0\.1:/, "only this machine can connect")
      const checks = { runner: true, lease: true, ...all }
      t.match(await ask(`${url}/health/ready`), { status: 200, body: { ready: true, checks } })
      t.strictSame(await worker.health(), { ready: true, checks })
      const metrics = samplesOf(String((await ask(`${url}/metrics`)).body))
      const value = (name: string) => metrics.find((one) => one.name === name)?.value
      t.equal(value("openstack_replication_workers"), 1)
      t.ok(Number(value("process_resident_memory_bytes")) > 0, "metrics of the process are included")
      t.equal((await ask(`${url}/else`)).status, 404)
      t.same((await ask(`${url}/health/live`, { method: "HEAD" })).body, null)

      await worker.stop()
      t.match(await ask(`${url}/health/ready`), {
        status: 503,
        body: { checks: { runner: false, lease: false } },
      })
      t.equal((await ask(`${url}/health/live`)).status, 200)
    } finally {
      await close()
      await worker.stop()
    }
  }),
)

t.test("a worker without its lease is not ready until it holds it again", (t) =>
  withDatabase(async ({ pool }) => {
    const worker = await startWorker({ pool, log: quiet })
    try {
      await pool.query(
        `select pg_terminate_backend(pid) from pg_locks
           where locktype = 'advisory' and classid = 501973 and database =
             (select oid from pg_database where datname = current_database())`,
      )
      const healthWhere = (what: string, holds: (health: Health) => boolean) =>
        waitFor(what, async () => {
          const health = await worker.health()
          return holds(health) && health
        })
      const lost = await healthWhere("a lost lease", ({ checks }) => !checks.lease)
      t.match(lost, { ready: false, checks: { lease: false, database: true } })
      const ready = await healthWhere("a worker that is ready again", ({ ready }) => ready)
      t.match(ready, { checks: { runner: true, lease: true } })
    } finally {
      await worker.stop()
    }
  }),
)
