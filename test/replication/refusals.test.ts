import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { SimulatedCloud } from "../../simulator/index.ts"
import { listResources } from "../../src/openstack/index.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const words = { type: "InvalidInput", message: "Invalid input for operation: No such network.", detail: "" }

t.test("one refused object of a bulk request is found, recorded, and blocks only what depends on it", (t) => {
  const copyWithOneRefusedNetwork = async (world: TestWorld) => {
    const spec = demoTenant("medium")
    const names = spec.networks.map(({ name }) => name)
    const unwanted = JSON.stringify(names.find((name) => names.indexOf(name) === names.lastIndexOf(name)))
    world.destination.onRequest = async ({ method, path, body }) =>
      method === "POST" && path === "networks" && JSON.stringify(body).includes(`"name":${unwanted}`)
        ? { status: 400, body: { NeutronError: words } }
        : undefined
    const tenant = await world.importTenant(spec)
    const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
    const migration = await world.ended(uuid)
    t.equal(migration.state, "ERRED")
    t.equal(migration.dst_resource_state, "Erred")
    t.match(
      migration.error_message,
      /^\d+ of \d+ objects are missing\. network ".+": .*answered 400: .*No such network/,
    )
    t.match(migration.error_message, /req-[0-9a-f-]+/, "with the cloud's request id")

    const failed = await objects(world, "state = 'failed'")
    t.strictSame(
      failed.map(({ kind }) => kind),
      ["network"],
      "one object failed",
    )
    t.match(failed[0]?.error, { status: 400, requestId: /^req-/ })
    const skipped = await objects(world, "state = 'skipped'")
    t.ok(skipped.length > 0)
    for (const { kind, reason } of skipped) {
      t.match(
        reason,
        /^Skipped, because (network|subnet|router|interface) ".*" (failed|was skipped)\.$/,
        `${kind}: ${reason}`,
      )
    }
    const { kinds } = await world.owner.progress(uuid)
    const done = Object.fromEntries(kinds.map((kind) => [kind.kind, kind.done]))
    t.match(
      done,
      { network: 9, router: 1, security_group: 21, security_group_rule: 204 },
      "everything else was copied",
    )
    t.equal(await order(world), "4", "the one order has failed")
    const { rows } = await world.pool.query(
      "select state, error_message from openstack_network where state = 4",
    )
    t.equal(rows.length, 1)
    t.match(rows[0].error_message, /No such network/)
  }
  return withWorld(copyWithOneRefusedNetwork)
})

t.test(
  "a network whose MTU is too large for the destination gets the largest one, and the report notes it",
  (t) =>
    withWorld(
      async (world) => {
        const spec = demoTenant("small")
        // As from VXLAN of Open vSwitch to Geneve of OVN, on the same physical network.
        const networks = spec.networks.map((network, index) => ({
          ...network,
          mtu: index === 0 ? 1_450 : 1_400,
        }))
        const tenant = await world.importTenant({ ...spec, networks })
        const migration = await world.ended((await world.create(tenant)).uuid)
        t.equal(migration.error_message, "")
        const copies = await listResources(world.destinationCloud, "networks", {
          project_id: await world.projectOf(migration),
        })
        t.strictSame(
          copies.map(({ name, mtu }) => [name, mtu]).toSorted(),
          networks.map(({ name }, index) => [name, index === 0 ? 1_442 : 1_400]).toSorted(),
        )
        const { rows } = await world.pool.query(
          "select notes -> 'dropped' as dropped from openstack_replication.object where kind = 'network' and name = $1",
          [networks[0]?.name],
        )
        t.match(rows[0]?.dropped, [
          { attribute: "mtu", value: 1_450, reason: /MTU is too big, maximum is 1442/ },
        ])
        const { rows: hosts } = await world.pool.query(
          "select mtu from openstack_network where name = $1 order by id",
          [networks[0]?.name],
        )
        t.strictSame(hosts, [{ mtu: 1_450 }, { mtu: 1_442 }], "and the host's row, too")
      },
      {},
      { destination: { mtu: 1_492 } },
    ),
)

t.test("a destination that refuses the sign-in ends the migration with one message", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    await world.pool.query("update structure_servicesettings set password = 'wrong-password' where id = $1", [
      world.rows.destination.settings.id,
    ])
    const { uuid } = await world.create(tenant)
    const migration = await world.ended(uuid)
    t.equal(migration.state, "ERRED")
    t.match(migration.error_message, /cannot sign in to project/)
    t.notMatch(migration.error_message, /wrong-password/, "without the password")
    t.equal(migration.dst_resource_state, "Terminated", "nothing was created, so the resource is terminated")
    t.equal(await order(world), "4")
    const { rows } = await world.pool.query(
      "select state, backend_id from openstack_tenant order by id desc limit 1",
    )
    t.strictSame(rows[0], { state: 4, backend_id: null })
  }),
)

t.test("default rules of new groups are deleted where the source lacks them", (t) =>
  withWorld(async (world) => {
    const spec = demoTenant("small")
    const tenant = await world.importTenant(spec)
    const { uuid } = await world.create(tenant)
    const migration = await world.ended(uuid)
    t.equal(migration.state, "OK")
    const rules = await world.destinationCloud.list<{ id: string }>(
      {
        service: "network",
        path: "/security-group-rules",
        query: { project_id: await world.projectOf(migration) },
      },
      "security_group_rules",
    )
    t.equal(rules.length, 20, "the same number of rules as at the source")
  }),
)

t.test("a project name that is taken in the destination gets a suffix", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const first = await world.ended((await world.create(tenant, { name: "copy" })).uuid)
    const second = await world.ended((await world.create(tenant, { name: "copy" })).uuid)
    t.equal(first.state, "OK")
    t.equal(second.state, "OK", second.error_message)
    t.not(await world.projectOf(first), await world.projectOf(second), "two projects")
    const { rows } = await world.pool.query(
      "select name from openstack_tenant where name like 'copy%' order by id",
    )
    t.strictSame(rows[0]?.name, "copy")
    t.match(rows[1]?.name, /^copy_[0-9a-f]{6}$/)
  }),
)

t.test("a lost response does not create an object twice", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const lost = loseFirstAnswers(world.destination)
    const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
    const migration = await world.ended(uuid)
    t.equal(migration.state, "OK", migration.error_message)
    t.ok(lost.size >= 8, `lost responses: ${[...lost].join(", ")}`)
    const project = await world.projectOf(migration)
    for (const [collection, count] of [
      ["networks", 2],
      ["subnets", 3],
      ["routers", 1],
      ["security_groups", 3],
      ["security_group_rules", 20],
      ["ports", 12],
    ] as const) {
      const path = `/${collection.replaceAll("_", "-")}`
      const found = await world.destinationCloud.list(
        { service: "network", path, query: { project_id: project } },
        collection,
      )
      t.equal(found.length, count, collection)
    }
  }),
)

t.test(
  "objects that are skipped together are recorded in one transaction, with one event for each reason",
  (t) =>
    withWorld(async (world) => {
      world.destination.onRequest = async ({ method, path }) =>
        method === "POST" && path === "security-groups"
          ? { status: 400, body: { NeutronError: words } }
          : undefined
      const tenant = await world.importTenant(demoTenant("medium"))
      const { uuid } = await world.create(tenant)
      await world.ended(uuid)
      const { rows: skipped } = await world.pool.query<SkippedObjects>(`
      select reason, count(*)::integer as count, (array_agg(name order by position))[1 : 5] as names
      from openstack_replication.object where state = 'skipped' and kind = 'security_group_rule'
      group by reason order by reason`)
      const { rows: events } = await world.pool.query<SkippedObjects>(`
      select data ->> 'reason' as reason, (data ->> 'count')::integer as count, data -> 'names' as names
      from openstack_replication.event
      where type = 'objects' and data ->> 'state' = 'skipped' and data ->> 'kind' = 'security_group_rule'
      order by 1`)
      const total = skipped.reduce((sum, { count }) => sum + count, 0)
      t.ok(total > 100 && total > 2 * skipped.length, `${total} rules for ${skipped.length} reasons`)
      t.strictSame(events, skipped)
      const { rows: transactions } = await world.pool.query(
        "select distinct xmin::text from openstack_replication.object where state = 'skipped' and kind = 'security_group_rule'",
      )
      t.equal(transactions.length, 1)
    }),
)

interface SkippedObjects {
  readonly reason: string
  readonly count: number
  readonly names: readonly string[]
}

/** Closes the connection instead of responding to the first POST of each kind, after its execution. */
function loseFirstAnswers(cloud: SimulatedCloud): ReadonlySet<string> {
  const lost = new Set<string>()
  cloud.onRequest = async ({ method, path }) => {
    const call = path.replace(/[0-9a-f-]{32,36}/g, "ID")
    if (method !== "POST" || call.includes("/auth/") || lost.has(call)) return undefined
    lost.add(call)
    return "drop-after"
  }
  return lost
}

async function objects(world: TestWorld, where: string) {
  const { rows } = await world.pool.query<{ kind: string; name: string; reason: string; error: unknown }>(
    `select kind, name, reason, error from openstack_replication.object where ${where} order by position`,
  )
  return rows
}

/** States of all orders. */
async function order(world: TestWorld): Promise<string> {
  const { rows } = await world.pool.query<{ state: number }>("select state from marketplace_order")
  return rows.map(({ state }) => state).join(" ")
}
