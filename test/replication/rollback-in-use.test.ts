import t from "tap"
import { connectionTo } from "../../host/demo/simulated.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { createResource } from "../../src/openstack/index.ts"
import { signInBody } from "../../src/openstack/session/sign-in.ts"
import { act } from "../helpers/migration.ts"
import { full, hurried, request } from "../helpers/rollback.ts"
import { wholeCloud } from "../helpers/whole-cloud.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const forbidden = {
  status: 403,
  body: { NeutronError: { type: "PolicyNotAuthorized", message: "disallowed by policy", detail: "" } },
}

t.test(
  "a rollback from OK that is given up before it deleted anything leaves the tenant as it was, the next time too",
  (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant, request)
      const migration = await world.ended(uuid)
      const project_id = await world.projectOf(migration)
      const { rows } = await world.pool.query<{ backend_id: string }>(
        "select backend_id from openstack_replication.object where kind = 'network' order by position limit 1",
      )
      const network_id = rows[0]?.backend_id
      await createResource(world.destinationCloud, "ports", { project_id, network_id, name: "theirs" })
      const before = await wholeCloud(world.destinationCloud)
      world.destination.onRequest = async ({ service, method }) =>
        service === "network" && method === "GET" ? forbidden : undefined
      t.equal((await act(world, uuid, "rollback")).status, 202)
      const first = await hurried(world, world.ended(uuid))
      t.match(first, { state: "OK", dst_resource_state: "OK" })
      t.match(
        first.error_message,
        /^Rollback requested by .+ did not finish, and nothing was removed: Stage rollback was given up after repeated errors: .*403/,
      )

      world.destination.onRequest = undefined
      t.equal((await act(world, uuid, "rollback")).status, 202)
      const second = await world.ended(uuid)
      t.match(second, { state: "OK", dst_resource_state: "OK" })
      t.match(second.error_message, /because the tenant is in use: port "theirs"/)
      t.strictSame(await wholeCloud(world.destinationCloud), before)
      const orders = await world.pool.query("select state, error_message from marketplace_order")
      t.strictSame(orders.rows, [{ state: 3, error_message: "" }], "the order stays done")
    }),
)

t.test("a rollback from OK whose every delete is refused leaves the tenant OK and can be repeated", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const cloud = await wholeCloud(world.destinationCloud)
    const { uuid } = await world.create(tenant, request)
    await world.ended(uuid)
    world.destination.onRequest = async ({ service, method }) =>
      service === "network" && method !== "GET" ? forbidden : undefined
    t.equal((await act(world, uuid, "rollback")).status, 202)
    const first = await world.ended(uuid)
    t.match(first, {
      state: "OK",
      error_message: /^Rollback requested by .+ did not finish, and nothing was removed: .*403/,
    })
    world.destination.onRequest = undefined
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
    t.strictSame(await wholeCloud(world.destinationCloud), cloud)
  }),
)

t.test("a project that could not be deleted is deleted by the next rollback", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const cloud = await wholeCloud(world.destinationCloud)
    const { uuid } = await world.create(tenant, request)
    await world.ended(uuid)
    world.destination.onRequest = async ({ method, path }) =>
      method === "DELETE" && path.startsWith("projects/") ? { status: 403, body: {} } : undefined
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), { state: "ERRED", error_message: /project .*403/ })
    world.destination.onRequest = undefined
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
    t.strictSame(await wholeCloud(world.destinationCloud), cloud)
  }),
)

t.test("a Nova that fails over TLS does not count as a Nova without servers", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { uuid } = await world.create(tenant, request)
    await world.ended(uuid)
    const before = await wholeCloud(world.destinationCloud)
    await novaBehindTls(world)
    t.equal((await act(world, uuid, "rollback")).status, 202)
    const ended = await hurried(world, world.ended(uuid))
    t.match(ended, { state: "OK", error_message: /and nothing was removed: .*compute GET \/servers|TLS/ })
    world.destination.onRequest = undefined
    t.strictSame(await wholeCloud(world.destinationCloud), before)
  }),
)

for (const [state, message, order] of [
  ["OK", /^Rollback requested by .+ did not finish, and nothing was removed: /, 3],
  ["ERRED", /^Rollback requested by .+ did not finish: /, 4],
] as const) {
  t.test(`a rollback that cannot start leaves the order of an ${state} migration as it is`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      if (state === "ERRED")
        world.destination.onRequest = async ({ method, path }) =>
          method === "POST" && path === "routers" ? full : undefined
      const { uuid } = await world.create(tenant, request)
      const migration = await world.ended(uuid)
      t.equal(migration.state, state)
      const orders = "select state, error_message, modified from marketplace_order"
      const before = await world.pool.query(orders)
      t.match(before.rows, [{ state: order, error_message: migration.error_message }])
      await world.pool.query(
        "update structure_servicesettings set backend_url = '' where id = (select dst_settings_id from openstack_replication.run)",
      )
      t.equal((await act(world, uuid, "rollback")).status, 202)
      const ended = await hurried(world, world.ended(uuid))
      t.equal(ended.state, state)
      t.match(ended.error_message, message)
      t.strictSame((await world.pool.query(orders)).rows, before.rows)
    }),
  )
}

/** From the next sign-in on, the catalog has an `https` address of Nova that does not support TLS. */
async function novaBehindTls({ destination }: TestWorld): Promise<void> {
  const connection = connectionTo("B", destination)
  const signIn = await fetch(`${destination.authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(signInBody(connection)),
  })
  const token = signIn.headers.get("x-subject-token") ?? ""
  const { token: body } = (await signIn.json()) as { token: { catalog: { type: string }[] } }
  const catalog = body.catalog.map((entry) =>
    entry.type === "compute" ? JSON.parse(JSON.stringify(entry).replaceAll("http:", "https:")) : entry,
  )
  destination.onRequest = async ({ service, path }) => {
    if (path === "auth/tokens")
      return { status: 201, headers: { "x-subject-token": token }, body: { token: { ...body, catalog } } }
    // The previous token is no longer valid.
    return service === "compute" ? { status: 401, body: {} } : undefined
  }
}

t.test("a migration to a cloud without Cinder is rolled back", (t) =>
  withWorld(async (world) => {
    world.destination.setMissing({ services: ["volumev3"] })
    const tenant = await world.importTenant(demoTenant("small"))
    const cloud = await wholeCloud(world.destinationCloud)
    const { uuid } = await world.create(tenant, request)
    t.not(await world.projectOf(await world.ended(uuid)), "")
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
    t.strictSame(await wholeCloud(world.destinationCloud), cloud)
  }),
)
