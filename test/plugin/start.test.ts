import fastify from "fastify"
import pg from "pg"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import openstackReplication, { startWorker } from "../../plugin/index.ts"
import { withDatabase } from "../helpers/database.ts"
import { withWorld } from "../helpers/world.ts"

t.test("the start fails with a list of the tables and columns that the host lacks", (t) =>
  withDatabase(async ({ pool }) => {
    await pool.query("alter table openstack_subnet drop column gateway_ip")
    await pool.query("alter table openstack_router alter column routes type jsonb using routes::jsonb")
    await pool.query("alter table openstack_port add column status varchar(50) not null")
    await pool.query("drop table openstack_customeropenstack")
    const app = fastify()
    app.register(openstackReplication, { pool })
    const error: unknown = await app.ready().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    t.match(error, { code: "HOST_TABLES" })
    for (const part of [
      /column openstack_subnet\.gateway_ip/,
      /openstack_router\.routes of type text \(it is jsonb\)/,
      /a default for column openstack_port\.status/,
      /table openstack_customeropenstack/,
    ]) {
      t.match(String(error), part)
    }
    await app.close()
    const { rows } = await pool.query("select to_regclass('openstack_replication.run') as made")
    t.equal(rows[0].made, null, "nothing was created")
  }),
)

t.test("the start fails with the driver's reason while the database is down", async (t) => {
  const pool = new pg.Pool({ connectionString: "postgres://nobody@127.0.0.1:1/none" })
  const app = fastify()
  app.register(openstackReplication, { pool })
  await t.rejects(async () => app.ready(), /ECONNREFUSED/)
  await app.close()
  await pool.end()
})

t.test("an unexpected error gives 500 without the database's message", (t) =>
  withDatabase(async ({ pool }) => {
    const app = fastify()
    await app.register(openstackReplication, { pool, worker: false })
    await pool.query("alter table authtoken_token rename to gone")
    const answer = await app.inject({
      url: "/api/openstack-migrations/",
      headers: { authorization: "Token 1" },
    })
    t.equal(answer.statusCode, 500)
    t.strictSame(answer.json(), { detail: "A server error occurred." })
    t.equal(answer.headers["x-error-code"], "INTERNAL_ERROR")
    await app.close()
  }),
)

t.test("API and workers start at the same time on one database, and stop without ending its pool", (t) =>
  withDatabase(async ({ pool }) => {
    const app = fastify()
    app.register(openstackReplication, { pool, prefix: "/replications" })
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const [worker, other] = await Promise.all([
      startWorker({ pool, log: quiet }),
      startWorker({ pool, log: quiet }),
      app.ready(),
    ])
    t.equal((await app.inject({ url: "/replications/" })).statusCode, 401, "the host chooses the path")
    await Promise.all([worker.stop(), other.stop(), app.close()])
    t.equal((await pool.query("select 1 as one")).rows[0].one, 1, "the pool is not ended")
  }),
)

t.test("a pool that would wait for itself is refused, and the smallest allowed pool copies a tenant", (t) =>
  withWorld(
    async (world) => {
      const sized = (max: number) => new pg.Pool({ connectionString: world.databaseUrl, max })
      for (const [max, worker] of [
        [1, false],
        [3, true],
      ] as const) {
        const pool = sized(max)
        const app = fastify()
        app.register(openstackReplication, { pool, worker })
        await t.rejects(async () => app.ready(), { code: "INVALID_OPTION", message: /needs at least/ })
        await app.close()
        await pool.end()
      }
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      const pool = sized(4)
      const worker = await world.startWorker({ pool })
      t.equal((await world.ended(uuid)).state, "OK")
      await worker.stop()
      await pool.end()
    },
    { worker: false },
  ),
)

t.test("the start fails where a newer version has migrated the tables", (t) =>
  withDatabase(async ({ pool }) => {
    const first = fastify()
    await first.register(openstackReplication, { pool, worker: false })
    await first.close()
    await pool.query("insert into openstack_replication.schema_migration values ('9999-later', now()::text)")
    const older = fastify()
    older.register(openstackReplication, { pool, worker: false })
    const error: unknown = await older.ready().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    t.match(error, { code: "NEWER_TABLES", message: /9999-later/ })
    await older.close()
  }),
)

t.test(
  "a schema from before the first release makes the start fail, and the command of the message is the remedy",
  (t) =>
    withDatabase(async ({ pool }) => {
      await pool.query("create schema openstack_replication")
      await pool.query(
        'create table openstack_replication.schema_migration (name varchar(255) primary key, "timestamp" varchar(255) not null)',
      )
      await pool.query("create table openstack_replication.run (migration_id integer primary key)")
      for (const name of ["0001-run-stage-object", "0002-worker", "0005-lane"])
        await pool.query("insert into openstack_replication.schema_migration values ($1, now()::text)", [
          name,
        ])
      const refused = fastify()
      refused.register(openstackReplication, { pool, worker: false })
      const error: unknown = await refused.ready().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      await refused.close()
      t.match(error, { code: "OUTDATED_TABLES", message: /^[^\n]+$/ })
      const [, command = ""] = /"(drop schema openstack_replication cascade)"/.exec(String(error)) ?? []
      t.notOk(
        (await pool.query("select to_regclass('openstack_replication.stage') as made")).rows[0].made,
        "nothing was created",
      )

      await pool.query(command)
      const app = fastify()
      await app.register(openstackReplication, { pool, worker: false })
      await app.close()
      const { rows } = await pool.query("select name from openstack_replication.schema_migration")
      t.strictSame(rows, [{ name: "0001-baseline" }])
    }),
)
