import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { kinds } from "../../src/kinds/index.ts"
import { createResource } from "../../src/openstack/index.ts"
import { ask } from "../helpers/http.ts"
import { act } from "../helpers/migration.ts"
import { count, full, hostRows, hurried, request } from "../helpers/rollback.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { wholeCloud } from "../helpers/whole-cloud.ts"
import { withWorld } from "../helpers/world.ts"

t.test("a rollback of an unused migration leaves cloud and rows as before", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const [cloud, rows] = [await wholeCloud(world.destinationCloud), await hostRows(world)]
    const { uuid } = await world.create(tenant, request)
    const early = await act(world, uuid, "rollback")
    t.strictSame([early.status, early.body], [409, { detail: "Valid states for operation: OK, ERRED." }])
    t.equal((await world.ended(uuid)).state, "OK")
    t.equal((await act(world, uuid, "rollback", world.rows.users.stranger.token)).status, 404)

    const response = await act(world, uuid, "rollback")
    t.match(response, {
      status: 202,
      body: { state: "DELETION_SCHEDULED", dst_resource_state: "Terminating" },
    })
    t.equal((await act(world, uuid, "rollback")).status, 202, "a second request changes nothing")
    const ended = await world.ended(uuid)
    t.match(ended, { state: "ERRED", dst_resource_state: "Terminated" })
    t.match(ended.error_message, /^Rollback requested by .+ is complete: \d+ objects were removed\.$/)
    t.strictSame(await wholeCloud(world.destinationCloud), cloud)
    t.strictSame(await hostRows(world), rows)

    t.strictSame((await world.pool.query("select state from marketplace_order")).rows, [{ state: 3 }])
    t.equal(
      await count(world, `marketplace_resourceplanperiod where "end" is null`),
      0,
      "it is no longer billed",
    )
    const events = await world.pool.query(
      "select event_type from logging_event where event_type ~ '^marketplace_resource_(create|terminate)' order by id",
    )
    t.strictSame(
      events.rows.map((row) => row.event_type.replace("marketplace_resource_", "")),
      ["create_requested", "create_succeeded", "terminate_requested", "terminate_succeeded"],
    )
    const retry = await act(world, uuid, "retry")
    t.match(retry, { status: 409, body: { detail: /cannot be retried/ } })
    t.equal((await act(world, uuid, "rollback")).status, 202, "nothing is left to roll back")
    t.equal((await world.owner.retrieve(uuid)).state, "ERRED")
  }),
)

t.test("a rollback finds and deletes an object whose response was lost", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const cloud = await wholeCloud(world.destinationCloud)
    const made = Promise.withResolvers<string>()
    const lost = new Set<string>()
    // Cancelled while no call has a response: objects of every kind exist, and none is recorded.
    world.destination.onRequest = async ({ method, path }) => {
      if (method !== "POST" || !["projects", "users"].includes(path) || lost.has(path)) return undefined
      lost.add(path)
      if (path === "users") await act(world, await made.promise, "cancel")
      return "drop-after"
    }
    const { uuid } = await world.create(tenant, request)
    made.resolve(uuid)
    await world.ended(uuid)
    await world.pool.query(
      "update openstack_replication.object set backend_id = null, state = 'creating' where state = 'done'",
    )
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match((await world.ended(uuid)).error_message, /^Rollback requested by .+ is complete/)
    t.strictSame(await wholeCloud(world.destinationCloud), cloud)
  }),
)

t.test("a rollback from OK refuses a tenant that others use and changes nothing", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { uuid } = await world.create(tenant, request)
    const migration = await world.ended(uuid)
    const project_id = await world.projectOf(migration)
    await createResource(world.destinationCloud, "networks", { project_id, name: "theirs" })
    const before = await wholeCloud(world.destinationCloud)
    t.equal((await act(world, uuid, "rollback")).status, 202)
    const ended = await world.ended(uuid)
    t.match(ended, { state: "OK", dst_resource_state: "OK" })
    t.match(
      ended.error_message,
      /^Rollback requested by .+ was refused, because the tenant is in use: network "theirs"\./,
    )
    t.strictSame(await wholeCloud(world.destinationCloud), before)

    // A row that the migration did not write is reported at once.
    await world.pool.query(
      `insert into openstack_network select (jsonb_populate_record(row, jsonb_build_object(
         'id', 999999, 'uuid', gen_random_uuid(), 'backend_id', 'elsewhere', 'name', 'by hand'))).*
       from openstack_network row order by row.id desc limit 1`,
    )
    const again = await act(world, uuid, "rollback")
    t.match(again, { status: 409, body: { detail: /in use.*network "by hand"/ } })
  }),
)

t.test("a rollback leaves unmanaged resources, and a second one completes when they are gone", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const cloud = await wholeCloud(world.destinationCloud)
    world.destination.onRequest = async ({ method, path }) =>
      method === "POST" && path === "ports" ? full : undefined
    const { uuid } = await world.create(tenant, request)
    const migration = await world.ended(uuid)
    world.destination.onRequest = undefined
    const project_id = await world.projectOf(migration)
    const { rows } = await world.pool.query<{ backend_id: string; name: string }>(
      "select backend_id, name from openstack_replication.object where kind = 'network' order by position limit 1",
    )
    const network = rows[0]
    const theirs = await createResource(world.destinationCloud, "ports", {
      project_id,
      network_id: network?.backend_id,
      name: "theirs",
    })
    await act(world, uuid, "rollback")
    const left = await world.ended(uuid)
    t.match(left, { state: "ERRED", dst_resource_state: "Erred" })
    t.match(
      left.error_message,
      /^Rollback requested by .+ did not finish\. Remaining in the project: port "theirs"/,
    )
    const ports = await world.destinationCloud.list<{ id: string }>(
      { service: "network", path: "/ports", query: { project_id } },
      "ports",
    )
    t.ok(ports.some(({ id }) => id === theirs.id))
    const objects = await ask(
      `${world.url}/api/openstack-migrations/${uuid}/objects/?kind=network&state=done`,
      {
        token: world.rows.users.owner.token,
      },
    )
    t.match(
      objects.body,
      [{ name: network?.name, reason: /409/ }],
      "the network in use has the reason why it stays",
    )

    await world.destinationCloud.call({ service: "network", method: "DELETE", path: `/ports/${theirs.id}` })
    t.equal((await act(world, uuid, "rollback")).status, 202)
    t.match(await world.ended(uuid), { state: "ERRED", dst_resource_state: "Terminated" })
    t.strictSame(await wholeCloud(world.destinationCloud), cloud)
  }),
)

t.test(
  "a rollback keeps and names rows to which host rows refer, and a second one completes when those are gone",
  (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const [cloud, rows] = [await wholeCloud(world.destinationCloud), await hostRows(world)]
      world.destination.onRequest = async ({ method, path }) =>
        method === "POST" && path === "routers" ? full : undefined
      const { uuid } = await world.create(tenant, request)
      await world.ended(uuid)
      world.destination.onRequest = undefined
      // As the host's pull writes it, e.g. for a DHCP port.
      const pulled = await world.pool.query(
        `insert into openstack_port select (jsonb_populate_record(row, jsonb_build_object(
         'id', 999999, 'uuid', gen_random_uuid(), 'backend_id', 'pulled', 'name', 'dhcp'))).*
       from openstack_port row where row.network_id in (select row_id from openstack_replication.object
         where kind = 'network') order by row.id desc limit 1`,
      )
      t.equal(pulled.rowCount, 1)
      t.equal((await act(world, uuid, "rollback")).status, 202)
      const left = await hurried(world, world.ended(uuid))
      t.match(left, { state: "ERRED", dst_resource_state: "Erred" })
      t.match(
        left.error_message,
        /^Rollback requested by .+ did not finish\. Remaining in the host's database: .*network ".+" \(rows of openstack_port refer to it\)\. Delete/,
      )
      t.strictSame(await wholeCloud(world.destinationCloud), cloud)

      await world.pool.query("delete from openstack_port where id = 999999")
      t.equal((await act(world, uuid, "rollback")).status, 202)
      t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
      t.strictSame(await wholeCloud(world.destinationCloud), cloud)
      t.strictSame(await hostRows(world), rows)
    }),
)

t.test("a rollback completes although calls fail and responses are lost", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const cloud = await wholeCloud(world.destinationCloud)
    const { uuid } = await world.create(tenant, request)
    await world.ended(uuid)
    let calls = 0
    world.destination.onRequest = async ({ method }) => {
      if (method !== "DELETE") return undefined
      calls += 1
      return calls % 5 === 0 ? "drop-after" : calls % 7 === 0 ? { status: 503, body: {} } : undefined
    }
    await act(world, uuid, "rollback")
    t.match(await world.ended(uuid), { dst_resource_state: "Terminated" })
    world.destination.onRequest = undefined
    t.strictSame(await wholeCloud(world.destinationCloud), cloud)
  }),
)

/** Jobs of a rollback that wait longer than one that has failed for the first time. */
const waits = `graphile_worker._private_jobs where payload ->> 'stage' = 'rollback' and locked_at is null
  and run_at > now() + interval '5 seconds'`

for (const [what, pauses] of [
  ["reads who uses the tenant", ({ method }) => method === "GET"],
  ["has deleted some objects", ({ method }, calls) => method === "DELETE" && calls > 3],
] as const satisfies readonly [string, (call: { method: string }, calls: number) => boolean][]) {
  t.test(`a rollback that ${what} when the cloud requests a pause waits for its end and continues`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const cloud = await wholeCloud(world.destinationCloud)
      const { uuid } = await world.create(tenant, request)
      await world.ended(uuid)
      const requested = Promise.withResolvers<void>()
      let calls = 0
      let paused = false
      world.destination.onRequest = async ({ method }) => {
        if (method === "DELETE") calls += 1
        if (paused || !pauses({ method }, calls)) return undefined
        paused = true
        requested.resolve()
        return { status: 429, headers: { "retry-after": "3600" }, body: {} }
      }
      t.equal((await act(world, uuid, "rollback")).status, 202)
      await requested.promise
      const waiting = async () =>
        (await count(world, waits)) > 0 || !(await world.owner.retrieve(uuid)).state.startsWith("DELET")
      await waitFor("the rollback to wait in the queue or to end", waiting, { everyMs: 20 })
      const unfailed = await count(world, `${waits} and payload ->> 'faults' is null`)
      t.equal(unfailed, 1, "it waits in the queue without a fault counted")
      await world.pool.query("update openstack_replication.limiter set paused_until = now()")
      t.match(await hurried(world, world.ended(uuid)), {
        dst_resource_state: "Terminated",
        error_message: /^Rollback requested by .+ is complete: \d+ objects were removed\.$/,
      })
      t.strictSame(await wholeCloud(world.destinationCloud), cloud)
      t.equal(await count(world, "openstack_replication.object where error is not null"), 0)
    }),
  )
}

t.test("every kind has a removal, or a parent with which its objects are deleted", (t) => {
  for (const kind of kinds)
    t.ok(kind.removal.deletedWithParent || typeof kind.removal.delete === "function", kind.name)
  t.end()
})
