import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { insertRow, type Row } from "../../host/waldur/insert.ts"
import { prepare } from "../../plugin/start.ts"
import { refreshRows } from "../../src/executors/worker/keep-fresh.ts"
import { runStage } from "../../src/executors/worker/run-stage.ts"
import { createResources, deleteResource } from "../../src/openstack/index.ts"
import { ask } from "../helpers/http.ts"
import { makeReady } from "../helpers/lost-replies.ts"
import { act } from "../helpers/migration.ts"
import { count, hostRows, request } from "../helpers/rollback.ts"
import { wholeCloud } from "../helpers/whole-cloud.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"
import { SimulatedWaldur } from "./simulated-waldur.ts"

/** Tables by the kind of their objects. */
const tables = {
  network: "openstack_network",
  subnet: "openstack_subnet",
  router: "openstack_router",
  security_group: "openstack_securitygroup",
  security_group_rule: "openstack_securitygrouprule",
  port: "openstack_port",
} as const

/** A copy of the small tenant whose stages a test runs one by one. */
interface Copy {
  readonly world: TestWorld
  readonly waldur: SimulatedWaldur
  readonly uuid: string
  /** Id of the migration's row. */
  readonly id: number
  /** Runs the stages that are ready, and those after them, to the end. @param before runs before each stage */
  run(before?: (stage: string) => Promise<void>): Promise<void>
}

function withCopy(test: (copy: Copy) => Promise<void>): Promise<void> {
  return withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant, request)
      const { rows } = await world.pool.query<{ id: number; tenant: number; resource: number }>(
        `select migration.id, run.tenant_id as tenant, migration.dst_resource_id as resource
         from waldur_openstack_replication_migration migration
           join openstack_replication.run run on run.migration_id = migration.id where migration.uuid = $1`,
        [uuid],
      )
      const [found] = rows
      if (found === undefined) throw new Error("the migration has no run")
      const { ctx } = await prepare({ pool: world.pool }, world.app.log)
      const run: Copy["run"] = async (before) => {
        for (;;) {
          const ready = await world.pool.query<{ name: string }>(
            "select name from openstack_replication.stage where migration_id = $1 and state = 'ready' order by name",
            [found.id],
          )
          const name = ready.rows[0]?.name
          if (name === undefined) return
          await before?.(name)
          await runStage(ctx, found.id, name)
        }
      }
      const waldur = new SimulatedWaldur(world.pool, world.destinationCloud, found)
      try {
        await test({ world, waldur, uuid, id: found.id, run })
      } finally {
        await ctx.clouds.close()
      }
    },
    { worker: false },
  )
}

t.test("jobs of Waldur's before each stage change nothing of a copy", (t) =>
  withCopy(async ({ world, waldur, uuid, run }) => {
    await run(async () => {
      await waldur.pull()
      await waldur.pullQuotas()
      await waldur.timeOut()
      await waldur.invoiceOfMonth(2026, 12)
    })
    t.match(await world.owner.retrieve(uuid), { state: "OK", error_message: "", dst_resource_state: "OK" })
    t.match(await world.owner.progress(uuid), { verification: { differences: 0 } })
    const rows = await stable(world)
    for (let time = 0; time < 2; time++) {
      await waldur.pull()
      await waldur.pullQuotas()
    }
    t.match(await world.owner.retrieve(uuid), { state: "OK", dst_resource_state: "OK" })
    t.strictSame(await stable(world), rows, "nor do later ones")
  }),
)

t.test("a time-out of Waldur's, and the pull after it, do not break a copy", (t) =>
  withCopy(async ({ world, waldur, uuid, run }) => {
    await run(async () => {
      await waldur.passHours(4)
      await waldur.timeOut()
      await waldur.pull()
    })
    t.match(await world.owner.retrieve(uuid), { state: "OK", error_message: "", dst_resource_state: "OK" })
    t.match(await world.owner.progress(uuid), { verification: { differences: 0 } })
    await waldur.pull()
    const rows = await world.pool.query(
      "select state, error_message, runtime_state from openstack_tenant order by id desc limit 1",
    )
    t.strictSame(rows.rows, [{ state: 3, error_message: "", runtime_state: "" }])
    for (const [kind, table] of Object.entries(tables)) {
      t.equal(
        await count(
          world,
          `openstack_replication.object where kind = '${kind}' and state = 'done' and not exists (select from ${table} where id = row_id and backend_id = object.backend_id)`,
        ),
        0,
        `${table}: every object has its row`,
      )
      if (kind === "security_group_rule") continue
      t.equal(
        await count(
          world,
          `${table} where tenant_id = (select max(id) from openstack_tenant) and state <> 3`,
        ),
        0,
        `${table}: all rows are OK`,
      )
      t.equal(
        await count(
          world,
          `(select backend_id from ${table} where tenant_id = (select max(id) from openstack_tenant) group by 1 having count(*) > 1) twice`,
        ),
        0,
        `${table}: no row is there twice`,
      )
    }
  }),
)

t.test("a resource that Waldur's pull sets OK during a run is billed when the run ends", (t) =>
  withCopy(async ({ world, waldur, run }) => {
    await run(async () => {
      await waldur.passHours(4)
      await waldur.timeOut()
      await waldur.pull()
      await waldur.pullQuotas()
    })
    const copy = "resource_id = (select max(id) from marketplace_resource)"
    t.ok((await count(world, `invoices_invoiceitem where ${copy}`)) > 0, "its items are in the invoice")
    t.equal(await count(world, `marketplace_resourceplanperiod where ${copy}`), 1)
    t.equal(
      await count(world, "marketplace_offering where type in ('OpenStack.Instance', 'OpenStack.Volume')"),
      2,
      "machines and volumes can be ordered in it",
    )
  }),
)

t.test("rows of a migration that waits do not look as if they were stuck", (t) =>
  withCopy(async ({ world, waldur, run }) => {
    const { ctx } = await prepare({ pool: world.pool }, world.app.log)
    let stages = 0
    await run(async () => {
      stages += 1
      await waldur.passHours(2)
      await refreshRows(ctx.db)
      await waldur.passHours(2)
      await waldur.timeOut()
      t.equal(await count(world, "openstack_network where state = 4"), 0)
      t.equal(await count(world, "openstack_tenant where state = 4"), 0)
    })
    t.ok(stages > 5)
    await waldur.passHours(2)
    const before = await world.pool.query("select modified from openstack_network order by id")
    await refreshRows(ctx.db)
    const after = await world.pool.query("select modified from openstack_network order by id")
    t.strictSame(after.rows, before.rows, "those of an ended one stay as they are")
    await ctx.clouds.close()
  }),
)

for (const at of ["survey", "network", "port", "verify"]) {
  t.test(`a termination before stage ${at} ends the run and is not undone`, (t) =>
    withCopy(async ({ world, waldur, uuid, run }) => {
      const calls = () => world.destination.stats().writes
      let writes = 0
      await run(async (stage) => {
        if (stage !== at) return
        await waldur.beginTermination()
        writes = calls()
      })
      const ended = await world.owner.retrieve(uuid)
      t.match(ended, {
        state: "ERRED",
        dst_resource_state: "Terminating",
        error_message: /^The tenant is being terminated in the marketplace while the migration ran/,
      })
      t.equal(calls(), writes, "nothing more is written in the cloud")
      t.equal(await count(world, "openstack_tenant where state = 8"), 1, "the tenant is still being deleted")
      t.equal(await count(world, "marketplace_order where type = 1 and state = 4"), 1, "the order failed")
      await refuses(t, world, uuid, /is being terminated in the marketplace/)
      await waldur.endTermination()
      await refuses(t, world, uuid, /was terminated in the marketplace/)
      t.match(await world.owner.retrieve(uuid), { state: "ERRED", dst_resource_state: "Terminated" })
    }),
  )
}

t.test("a termination during a stage ends the run", (t) =>
  withCopy(async ({ world, waldur, uuid, run }) => {
    let terminated = false
    world.destination.onRequest = async ({ method, path }) => {
      if (method !== "POST" || path !== "networks" || terminated) return undefined
      terminated = true
      await waldur.beginTermination()
      await waldur.endTermination()
      return undefined
    }
    await run()
    t.ok(terminated)
    t.match(await world.owner.retrieve(uuid), {
      state: "ERRED",
      dst_resource_state: "Terminated",
      error_message: /^The tenant was terminated in the marketplace while the migration ran/,
    })
    await refuses(t, world, uuid, /was terminated in the marketplace/)
  }),
)

t.test("a copy that was terminated after it was complete is left alone", (t) =>
  withCopy(async ({ world, waldur, uuid, id, run }) => {
    await run()
    t.match(await world.owner.retrieve(uuid), { state: "OK" })
    await waldur.pull()
    await waldur.beginTermination()
    await refuses(t, world, uuid, /is being terminated in the marketplace/)
    await makeReady(world.pool, id, "verify")
    await waldur.endTermination()
    await run()
    t.match(
      await world.owner.retrieve(uuid),
      { state: "OK", dst_resource_state: "Terminated" },
      "nor does a verification that was requested before touch it",
    )
    await refuses(t, world, uuid, /was terminated in the marketplace/)
  }),
)

t.test("a rollback removes also the rows that Waldur's pulls wrote", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const before = await hostRows(world)
    const { uuid } = await world.create(tenant, request)
    t.match(await world.ended(uuid), { state: "OK" })
    const waldur = await waldurOf(world, uuid)
    await waldur.pull()
    await waldur.pullQuotas()
    t.not(await count(world, "openstack_port where device_owner like 'network:%'"), 0)
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), { dst_resource_state: "Terminated", error_message: /is complete/ })
    t.strictSame(omitUsage(await hostRows(world)), omitUsage(before))
  }),
)

t.test("rows of people refuse a rollback, also after the copy was OK once", (t) =>
  withCopy(async ({ world, waldur, uuid, run }) => {
    await run()
    await waldur.pull()
    const { rows } = await world.pool.query<Row>(
      `select id as tenant_id, project_id, service_settings_id,
         (select max(id) from openstack_network) as network_id from openstack_tenant order by id desc limit 1`,
    )
    const { network_id, ...owner } = rows[0] ?? {}
    const port = { allowed_address_pairs: "[]", fixed_ips: "[]", network_id }
    for (const [table, row, text] of [
      ["openstack_port", port, 'port "theirs"'],
      [
        "openstack_volume",
        { size: 1, metadata: "{}", image_metadata: "{}", action_details: "{}" },
        'volume "theirs"',
      ],
      ["openstack_snapshot", { size: 1, metadata: "{}", action_details: "{}" }, 'snapshot "theirs"'],
      ["openstack_floatingip", { backend_network_id: "" }, 'floating IP "theirs"'],
    ] as const) {
      const id = await insertRow(world.pool, table, {
        name: "theirs",
        state: 3,
        backend_id: "theirs",
        ...owner,
        ...row,
      })
      for (const state of [3, 4]) {
        await world.pool.query("update waldur_openstack_replication_migration set state = $1", [state])
        t.match(await act(world, uuid, "rollback"), { status: 409, body: { detail: new RegExp(text) } })
      }
      await world.pool.query(`delete from ${table} where id = $1`, [id])
    }
    t.equal((await act(world, uuid, "rollback")).status, 202)
  }),
)

t.test("what others use in the cloud refuses a rollback of a copy that was OK once", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { uuid } = await world.create(tenant, request)
    const project_id = await world.projectOf(await world.ended(uuid))
    await world.pool.query("update waldur_openstack_replication_migration set state = 4")
    const { rows } = await world.pool.query<{ backend_id: string }>(
      "select backend_id from openstack_replication.object where kind = 'network' order by position limit 1",
    )
    const network_id = rows[0]?.backend_id ?? ""
    const port = { project_id, network_id, name: "theirs" }
    const [created] = await createResources(world.destinationCloud, "ports", [port])
    const before = await wholeCloud(world.destinationCloud)
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), {
      state: "ERRED",
      dst_resource_state: "Erred",
      error_message: /was refused, because the tenant is in use: port "theirs"\. Nothing more was removed\./,
    })
    t.strictSame(await wholeCloud(world.destinationCloud), before)
    await deleteResource(world.destinationCloud, "ports", created?.id ?? "")
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
  }),
)

t.test("a migration of another server shows its objects and cannot be changed", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { uuid } = await world.create(tenant, request)
    await world.ended(uuid)
    await world.pool.query("delete from openstack_replication.run")
    const before = await marketplaceRows(world)
    const base = `${world.url}/api/openstack-migrations/${uuid}`
    const { token } = world.rows.users.owner
    const refused = { status: 409, body: { detail: /^This migration was run by another server; / } }
    for (const path of ["progress", "report", "events"]) {
      const answer = await ask(`${base}/${path}/`, { token })
      t.match(answer, refused, path)
      t.equal(answer.headers.get("x-error-code"), "OTHER_SERVER")
    }
    for (const action of ["cancel", "retry", "verify", "rollback"] as const)
      t.match(await act(world, uuid, action), refused, action)
    t.strictSame(await marketplaceRows(world), before, "nothing is touched")
    const objects = await ask(`${base}/objects/?page_size=300&kind=network&kind=port`, { token })
    const rows = await world.pool.query(
      `select name, backend_id from openstack_network where tenant_id = 2
       union all select name, backend_id from openstack_port where tenant_id = 2`,
    )
    t.strictSame(
      (objects.body as { name: string; destination: string; state: string }[])
        .map(({ name, destination, state }) => [name, destination, state])
        .sort(),
      rows.rows.map(({ name, backend_id }) => [name, backend_id, "done"]).sort(),
    )
    t.match(await ask(`${base}/`, { token }), { status: 200, body: { state: "OK" } })
    t.equal((await ask(`${base}/`, { token, method: "DELETE" })).status, 204)
  }),
)

t.test("chosen networks are in the report, and not in the row that Waldur's serializer reads", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { rows } = await world.pool.query<{ uuid: string; name: string }>(
        "select uuid, name from openstack_network order by id limit 1",
      )
      const mappings = { networks: [rows[0]?.uuid], static_routes: "reachable", sync_instance_ports: true }
      const { uuid, mappings: shown } = await world.create(tenant, { mappings })
      const published = { skip_connection_extnet: false, sync_instance_ports: true }
      t.strictSame(shown, published)
      const stored = await world.pool.query("select mappings from waldur_openstack_replication_migration")
      t.strictSame(JSON.parse(stored.rows[0]?.mappings), published)
      const { token } = world.rows.users.owner
      t.match(await ask(`${world.url}/api/openstack-migrations/${uuid}/report/`, { token }), {
        body: { request: { networks: [rows[0]?.name], static_routes: "reachable" } },
      })
    },
    { worker: false },
  ),
)

/** Asserts that no action is possible, and that the refusals change nothing. */
async function refuses(
  t: Pick<Test, "match" | "equal" | "strictSame">,
  world: TestWorld,
  uuid: string,
  detail: RegExp,
): Promise<void> {
  const before = await marketplaceRows(world)
  const migration = await world.owner.retrieve(uuid)
  for (const action of ["rollback", "verify", ...(migration.state === "ERRED" ? ["retry"] : [])] as const) {
    const answer = await act(world, uuid, action as "rollback")
    t.match(answer, { status: 409, body: { detail } }, action)
    t.equal(answer.headers.get("x-error-code"), "TENANT_TERMINATED")
  }
  t.strictSame(await marketplaceRows(world), before, "nothing is touched")
}

async function marketplaceRows({ pool }: TestWorld) {
  const tables = [
    "marketplace_resource",
    "marketplace_order",
    "openstack_tenant",
    "marketplace_resourceplanperiod",
  ]
  return Promise.all(
    tables.map(async (table) => (await pool.query(`select * from ${table} order by id`)).rows),
  )
}

/** Rows of a copy without what each pull changes: times, and rows that it adds once. */
async function stable({ pool }: TestWorld) {
  const tables = ["openstack_network", "openstack_subnet", "openstack_securitygroup", "openstack_router"]
  return Promise.all(
    tables.map(
      async (table) =>
        (
          await pool.query(
            `select id, uuid, name, state, backend_id, error_message from ${table} order by id`,
          )
        ).rows,
    ),
  )
}

function omitUsage({ usage: _, ...rows }: Awaited<ReturnType<typeof hostRows>>) {
  return rows
}

async function waldurOf(world: TestWorld, uuid: string): Promise<SimulatedWaldur> {
  const { rows } = await world.pool.query<{ tenant: number; resource: number }>(
    `select run.tenant_id as tenant, migration.dst_resource_id as resource
     from waldur_openstack_replication_migration migration
       join openstack_replication.run run on run.migration_id = migration.id where migration.uuid = $1`,
    [uuid],
  )
  if (rows[0] === undefined) throw new Error("the migration has no run")
  return new SimulatedWaldur(world.pool, world.destinationCloud, rows[0])
}
