import { setTimeout as sleep } from "node:timers/promises"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { act } from "../helpers/migration.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const request = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }

/** Requests a cancellation while a call to the destination is in flight. Returns a function that returns its status. */
function cancelAt(world: TestWorld, uuid: Promise<string>, method: string, path: string) {
  let cancelled: Promise<number> | undefined
  world.destination.onRequest = async (call) => {
    if (cancelled !== undefined || call.method !== method || call.path !== path) return undefined
    cancelled = (async () => {
      const answer = await act(world, await uuid, "cancel")
      return answer.status
    })()
    await cancelled
    return undefined
  }
  return () => cancelled
}

for (const [moment, method, path] of [
  ["while its project is created", "POST", "projects"],
  ["while networks are created", "POST", "networks"],
  ["among the routers", "POST", "routers"],
  ["among the ports", "POST", "ports"],
] as const) {
  t.test(`a migration that is cancelled ${moment} stops there, and a retry completes it`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("medium"))
      const made = Promise.withResolvers<string>()
      const cancelled = cancelAt(world, made.promise, method, path)
      const { uuid } = await world.create(tenant, request)
      made.resolve(uuid)
      const ended = await world.ended(uuid)
      t.equal(await cancelled(), 202)
      t.equal(ended.state, "ERRED")
      t.match(
        ended.error_message,
        /^Cancelled by .+\. \d+ of \d+ objects are missing\. \d+ objects? (was|were) not created because the migration was cancelled$/,
      )
      t.equal((await act(world, uuid, "cancel")).status, 409, "it no longer runs")

      const { kinds } = await world.owner.progress(uuid)
      const open = kinds.filter((one) => one.done + one.failed + one.skipped !== one.total)
      t.strictSame(open, [], "every object has an outcome")
      // The job of the last stage leaves the queue a moment after the end of the migration.
      const jobs = "select from graphile_worker.jobs where task_identifier = 'openstack_replication_stage'"
      await waitFor(
        "all jobs of stages to leave the queue",
        async () => (await world.pool.query(jobs)).rowCount === 0,
      )
      t.pass("no job is left")

      world.destination.onRequest = undefined
      t.equal((await act(world, uuid, "retry")).status, 200)
      const again = await world.ended(uuid)
      t.equal(again.state, "OK", again.error_message)
      t.strictSame(
        await viewTenant(world.destinationCloud, await world.projectOf(again)),
        await viewTenant(world.sourceCloud, tenant.projectId),
      )
      const orders = await world.pool.query("select state from marketplace_order")
      t.strictSame(orders.rows, [{ state: 3 }], "one order, done")
    }),
  )
}

t.test("a migration that is cancelled before it started sends the destination nothing", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant, request)
      const first = await act(world, uuid, "cancel")
      t.match([first.status, first.body], [202, { state: "CREATION_SCHEDULED" }])
      t.equal((await act(world, uuid, "cancel")).status, 202, "a second request changes nothing")
      t.equal((await act(world, uuid, "cancel", world.rows.users.stranger.token)).status, 404)
      const worker = await world.startWorker()
      const ended = await world.ended(uuid)
      await worker.stop()
      t.match(ended, { state: "ERRED", dst_resource_state: "Terminated" })
      const writes = Object.keys(world.destination.stats().byCall).filter((call) => !call.startsWith("GET"))
      t.strictSame(writes, [])
    },
    { worker: false },
  ),
)

t.test("a cancelled migration records the object whose response was lost", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const made = Promise.withResolvers<string>()
    let lost = false
    world.destination.onRequest = async ({ method, path }) => {
      if (lost || method !== "POST" || path !== "networks") return undefined
      lost = true
      await act(world, await made.promise, "cancel")
      return "drop-after"
    }
    const { uuid } = await world.create(tenant, request)
    made.resolve(uuid)
    const ended = await world.ended(uuid)
    t.equal(ended.state, "ERRED")
    const networks = await world.destinationCloud.list<{ id: string }>(
      { service: "network", path: "/networks", query: { project_id: await world.projectOf(ended) } },
      "networks",
    )
    const { rows } = await world.pool.query<{ backend_id: string }>(
      "select backend_id from openstack_replication.object where kind = 'network' and backend_id is not null",
    )
    t.ok(networks.length > 0)
    t.strictSame(rows.map((row) => row.backend_id).sort(), networks.map(({ id }) => id).sort())
  }),
)

t.test("a retry creates a network before its ports, even without a subnet between them", (t) =>
  withWorld(async (world) => {
    const small = demoTenant("small")
    const networks = small.networks.slice(0, 1)
    const port = {
      key: "bare",
      network: networks[0]?.key ?? "",
      name: "bare",
      description: "",
      fixedIps: [],
      groups: [],
      allowedAddressPairs: [],
      portSecurityEnabled: false,
    }
    const tenant = await world.importTenant({
      ...small,
      networks,
      subnets: [],
      routers: [],
      ports: [port],
    })
    const made = Promise.withResolvers<string>()
    const cancelled = cancelAt(world, made.promise, "POST", "projects")
    const { uuid } = await world.create(tenant, request)
    made.resolve(uuid)
    t.equal((await world.ended(uuid)).state, "ERRED")
    t.equal(await cancelled(), 202)
    // Creating the network takes longer than listing networks.
    world.destination.onRequest = async ({ method, path }) => {
      if (method === "POST" && path === "networks") await sleep(300)
      return undefined
    }
    t.equal((await act(world, uuid, "retry")).status, 200)
    const again = await world.ended(uuid)
    t.equal(again.error_message, "")
    t.strictSame(
      await viewTenant(world.destinationCloud, await world.projectOf(again)),
      await viewTenant(world.sourceCloud, tenant.projectId),
    )
  }),
)
