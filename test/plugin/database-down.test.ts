import fastify from "fastify"
import pg from "pg"
import t from "tap"
import openstackReplication, { type ReplicationOptions } from "../../plugin/index.ts"
import { type DatabaseProxy, openDatabaseProxy } from "../helpers/database-proxy.ts"
import { ask } from "../helpers/http.ts"
import { type FixtureHost, goodBody, tokens, withFixture } from "../waldur/fixture.ts"

/** Runs a host whose connections to the database can be interrupted by `proxy`. `pool` connects directly. */
function withProxy(
  run: (host: Omit<FixtureHost, "site"> & { readonly proxy: DatabaseProxy }) => Promise<void>,
  options: Partial<ReplicationOptions> = { worker: false },
): Promise<void> {
  return withFixture(async ({ pool }) => {
    const proxy = await openDatabaseProxy(String(pool.options.connectionString))
    const own = new pg.Pool({ connectionString: proxy.url, max: 5 })
    const app = fastify({ forceCloseConnections: true })
    try {
      await app.register(openstackReplication, { pool: own, ...options })
      const site = await app.listen({ host: "127.0.0.1", port: 0 })
      await run({ migrations: `${site}/api/openstack-migrations/`, pool, proxy })
    } finally {
      await app.close()
      await own.end()
      await proxy.stop()
    }
  })
}

const down = [503, { detail: "The database cannot be reached. Try again later." }]
const token = tokens.staff

t.test("a request gets 503 while the database is down, and the server recovers with it", (t) =>
  withProxy(
    async ({ migrations, proxy }) => {
      t.equal((await ask(migrations, { token })).status, 200)
      for (const round of [1, 2]) {
        await proxy.stop()
        for (const request of [{ token }, { method: "POST", token, body: goodBody }]) {
          const { status, body, headers } = await ask(migrations, request)
          t.strictSame([status, body], down, `round ${round}`)
          t.equal(headers.get("retry-after"), "5")
          t.equal(headers.get("x-error-code"), "DATABASE_DOWN")
        }
        await proxy.start()
        t.equal((await ask(migrations, { token })).status, 200, `round ${round}: the database is back`)
      }
    },
    { worker: true },
  ),
)

t.test("a create request whose connection breaks stores everything or nothing", (t) =>
  withProxy(async ({ migrations, pool, proxy }) => {
    const counts = async () => {
      const { rows } = await pool.query<Record<string, number>>(
        `select (select count(*)::int from waldur_openstack_replication_migration) as migrations,
           (select count(*)::int from openstack_tenant) as tenants, (select count(*)::int from marketplace_resource) as resources,
           (select count(*)::int from openstack_replication.run) as runs,
           (select count(*)::int from graphile_worker._private_jobs where task_id is not null) as jobs,
           (select count(*)::int from openstack_network) as networks, (select count(*)::int from openstack_replication.object) as objects`,
      )
      return rows[0] ?? {}
    }
    const before = await counts()
    await ask(migrations, { method: "POST", token, body: goodBody })
    const one = await counts()
    const perCreate = Object.fromEntries(
      Object.entries(one).map(([name, count]) => [name, count - (before[name] ?? 0)]),
    )
    let made = 1
    for (let pieces = 0, status = 503; status === 503; pieces += 7) {
      proxy.stopAfter(pieces)
      const answer = await ask(migrations, { method: "POST", token, body: goodBody })
      status = answer.status
      if (status === 503) await proxy.start()
      else t.equal(status, 201, JSON.stringify(answer.body))
      const now = await counts()
      // The commit may have succeeded although its response was lost.
      made = (now.migrations ?? 0) - (before.migrations ?? 0)
      const whole = Object.entries(perCreate).map(([name, count]) => [
        name,
        (before[name] ?? 0) + made * count,
      ])
      t.strictSame(now, Object.fromEntries(whole), `cut after ${pieces} pieces: ${made} whole`)
    }
    t.ok(made > 0)
  }),
)
