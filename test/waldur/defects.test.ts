import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { listResources } from "../../src/openstack/index.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { ask } from "../helpers/http.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"
import { difficultTenant } from "./difficult-tenant.ts"

/**
 * Defects of the original that the tests below do not cover: where they are covered, or why they remain. The numbers are
 * those of the list of defects that this project started from, in the tests below, too.
 */
const elsewhere: Readonly<Record<number, string>> = {
  13: "Killed workers: test/replication/crash.test.ts.",
  15: "Remains: the password of a tenant's user is in Waldur's column in clear, because Waldur shows it to the project.",
  20: "The time of a create request is measured by the bench and not asserted; its statements do not grow with the rows.",
  21: "Offerings that cannot be ordered: orders.test.ts.",
}

const mappings = { sync_instance_ports: true, static_routes: "reachable" }

t.test("a tenant with every known difficulty is copied exactly", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(difficultTenant)
    const before = await viewTenant(world.sourceCloud, tenant.projectId)
    // (23) The first response of each kind is lost, after the execution of the request.
    const lost = new Set<string>()
    world.destination.onRequest = async ({ method, path }) => {
      if (
        method !== "POST" ||
        !/^(networks|subnets|ports|routers|security-groups)$/.test(path) ||
        lost.has(path)
      )
        return undefined
      lost.add(path)
      return "drop-after"
    }
    const created = await world.create(tenant, { name: "copy", description: "words", mappings })
    const migration = await world.ended(created.uuid)
    const project = await world.projectOf(migration)
    const query = { project_id: project }
    const cloud = world.destinationCloud
    const [networks, subnets, routers, groups, ports] = await Promise.all([
      listResources(cloud, "networks", query),
      listResources(cloud, "subnets", query),
      listResources(cloud, "routers", query),
      listResources(cloud, "security-groups", query),
      listResources(cloud, "ports", query),
    ])
    const interfacesOf = (name: string) =>
      ports
        .filter(({ device_id }) => device_id === routers.find((router) => router.name === name)?.id)
        .flatMap((port) => port.fixed_ips.map((ip) => ip.ip_address))
        .sort()
    const subnetOf = (name: string) => subnets.find((subnet) => subnet.name === name)
    const groupOf = (name: string) => groups.find((group) => group.name === name)
    const remotesOf = (name: string) =>
      (groupOf(name)?.security_group_rules ?? []).flatMap(({ remote_group_id }) => remote_group_id ?? [])

    t.equal(migration.state, "OK", `(3, 5) it is copied: ${migration.error_message}`)
    t.same(await viewTenant(cloud, project), before, "the copy equals its source")

    const { rows } = await world.pool.query(
      "select id, description, backend_id from openstack_tenant order by id desc limit 1",
    )
    t.equal(rows[0]?.description, "words", "(1) a description is accepted")
    t.strictSame(interfacesOf("edge"), ["10.1.0.1", "10.1.1.1"], "(2) every subnet of a network is attached")
    const connected = await world.pool.query(
      "select name from openstack_subnet where tenant_id = $1 and is_connected order by name",
      [rows[0]?.id],
    )
    t.strictSame(
      connected.rows.map(({ name }) => name),
      ["app-1", "app-2", "db-1"],
      "(2) the rows have the attached subnets",
    )
    const routes = routers.find(({ name }) => name === "edge")?.routes.map(({ destination }) => destination)
    t.strictSame(
      routes?.toSorted(),
      ["10.1.2.0/24", "172.31.0.0/16"],
      "(3, 4) routes are created after the interfaces",
    )
    t.strictSame(remotesOf("web"), [groupOf("db")?.id], "(5) groups may refer to each other in a circle")
    t.strictSame(remotesOf("db"), [groupOf("web")?.id])
    t.strictSame(remotesOf("default"), [groupOf("web")?.id], "(5) the default group may refer to another")
    t.strictSame(interfacesOf("inner"), ["10.1.0.254", "10.1.2.254"], "(6) each router keeps its subnets")
    t.strictSame(
      routers.filter((router) => router.external_gateway_info !== null).map(({ name }) => name),
      ["edge"],
      "(6) only one has an external gateway",
    )
    t.equal(subnetOf("alone-1")?.gateway_ip, null, "(7) a subnet without a gateway is copied without one")
    t.equal(subnetOf("db-1")?.gateway_ip, "10.1.2.254", "(7) a gateway may have any address")
    t.equal(subnetOf("app-2")?.enable_dhcp, false, "(8) disabled DHCP stays disabled")
    t.strictSame(networks.map(({ description }) => description).sort(), [
      "network app",
      "network db",
      "no router is attached",
    ])
    const rules = groupOf("web")?.security_group_rules ?? []
    t.ok(
      rules.some((rule) => rule.description === "VRRP"),
      "(8) rules keep their descriptions and any protocol",
    )
    const copied = ports.filter(({ device_owner }) => !device_owner.startsWith("network:"))
    t.strictSame(
      copied.map(({ name, fixed_ips }) => [name, fixed_ips[0]?.ip_address]).sort(),
      [
        ["db-1", "10.1.2.20"],
        ["open", "10.1.4.20"],
        ["web-1", "10.1.0.20"],
        ["web-2", "10.1.1.20"],
      ],
      "(9, 10) each port is created once, at its address, although two networks have one name",
    )
    t.equal(
      copied.find(({ name }) => name === "web-1")?.mac_address,
      "fa:16:3e:00:00:01",
      "(9) a port keeps its MAC address",
    )
    t.equal(
      copied.find(({ name }) => name === "open")?.port_security_enabled,
      false,
      "(9) a port keeps its port security",
    )
    t.strictSame(lost.size, 5, "(23) objects whose responses were lost are found and not created twice")
    t.equal(subnets.length, 5)

    await quotas(t, world, project)
    await order(t, world, migration)
  }),
)

async function quotas(t: Test, world: TestWorld, project: string): Promise<void> {
  const network = await world.destinationCloud.call<{ quota: Record<string, number> }>({
    service: "network",
    method: "GET",
    path: `/quotas/${project}`,
  })
  const held = { network: 3, subnet: 5, port: 12, router: 2, security_group: 3, security_group_rule: 6 }
  for (const [name, count] of Object.entries(held)) {
    t.ok((network.quota[name] ?? 0) >= count, `(11) the quota of ${name}s is large enough for the copy`)
  }
  t.equal(network.quota.network, 150, "(11) a quota of networks is copied")
  const volume = await world.destinationCloud.call<{ quota_set: Record<string, number> }>({
    service: "volume",
    method: "GET",
    path: `/os-quota-sets/${project}`,
  })
  t.match(
    volume.quota_set,
    { gigabytes_standard: 100, gigabytes_ssd: 50, gigabytes_nvme: 0 },
    "(11) limits of volume types are kept without a mapping, and a type that was not ordered has the limit 0",
  )
}

async function order(t: Test, world: TestWorld, migration: MigrationDetails): Promise<void> {
  t.equal(migration.dst_resource_state, "OK")
  const { rows } = await world.pool.query("select plan_id, limits, state from marketplace_order")
  t.strictSame(
    rows,
    [
      {
        plan_id: world.rows.destinationPlan.id,
        limits: { cores: 8, ram: 16_384, gigabytes_standard: 100, gigabytes_ssd: 50 },
        state: 3,
      },
    ],
    "(17) the order has the resource's plan and limits",
  )
}

t.test("requests on a waiting migration have no defect of the original", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(difficultTenant)
      const { token } = world.rows.users.owner
      const base = `${world.url}/api/openstack-migrations/`
      const good = {
        src_resource: tenant.resourceUuid,
        dst_offering: world.rows.destination.offering.uuid,
        dst_plan: world.rows.destinationPlan.uuid,
      }
      const post = (body: object, path = "") =>
        ask(base + path, { method: "POST", token, body: { ...good, ...body } })
      const types = world.rows.source.volumeTypes
      const unknown = "00000000000000000000000000000009"
      for (const [rule, body] of [
        ["(1) a name that is too long", { name: "n".repeat(151) }],
        ["(1) a volume type that nobody knows", volumeTypes(types.ssd?.uuid, unknown)],
        ["(24) a volume type of equal name in another cloud", volumeTypes(types.ssd?.uuid, types.ssd?.uuid)],
      ] as const) {
        t.equal((await post(body)).status, 400, rule)
      }

      const chosen = await world.pool.query(
        "select uuid from openstack_network where description = 'network app'",
      )
      const networks = chosen.rows.map(({ uuid }) => uuid)
      const preview = await post({ mappings: { ...mappings, networks } }, "preview/")
      const kinds = (preview.body as { kinds: { kind: string; objects: { name: string }[] }[] }).kinds
      const names = (kind: string) => kinds.find((one) => one.kind === kind)?.objects.map(({ name }) => name)
      t.equal(names("network")?.length, 1)
      t.strictSame(
        names("port")?.toSorted(),
        ["web-1", "web-2"],
        "(10) the ports of the selected networks are copied",
      )
      const { omitted } = (await post({ mappings: {} }, "preview/")).body as {
        omitted: readonly { kind: string; name: string; reason: string }[]
      }
      t.ok(
        omitted.some(({ kind, name }) => kind === "route" && name.includes("172.31.0.0/16")),
        "(4) a route that is not copied is reported with the reason",
      )

      const made = await post({ mappings })
      const { uuid } = made.body as MigrationDetails
      const jobs = await world.pool.query("select payload::text from graphile_worker._private_jobs")
      t.notMatch(JSON.stringify(jobs.rows), /password/, "(15) the queue has ids and no credentials")
      const gone = await ask(`${base}${uuid}/`, { method: "DELETE", token })
      t.equal(gone.status, 409, "(18) a running migration cannot be deleted")
      const forged = { error_message: "forged" }
      await ask(`${base}${uuid}/`, { method: "PATCH", token, body: forged })
      t.match(
        (await ask(`${base}${uuid}/`, { token })).body,
        { error_message: "" },
        "(18) its error message cannot be changed",
      )

      const twice = await post({ mappings })
      t.equal(twice.status, 201, "(12) a second POST is a second order; no request creates an object twice")
      t.not((twice.body as MigrationDetails).uuid, uuid)
    },
    { worker: false },
  ),
)

t.test("failures of a cloud cause no defect of the original", (t) =>
  withWorld(async (world) => {
    const { destination, destinationCloud } = world
    const tenant = await world.importTenant(demoTenant("medium"))
    let revoked = false
    destination.onRequest = async ({ method, path }) => {
      if (method === "POST" && path === "networks" && !revoked) {
        revoked = true
        destination.revokeTokens()
      }
    }
    destination.resetStats()
    // Two at the same time with the same name.
    const made = await Promise.all(
      ["same name", "same name"].map((name) => world.create(tenant, { name, mappings })),
    )
    const [first, second] = await Promise.all(made.map(({ uuid }) => world.ended(uuid)))
    t.ok(revoked)
    t.equal(first?.state, "OK", `(22) a revoked token is renewed: ${first?.error_message}`)
    t.equal(
      second?.state,
      "OK",
      `(14) two migrations may request one name at the same time: ${second?.error_message}`,
    )
    t.equal(
      destination.stats().byCall["POST identity/projects"],
      3,
      "(14) the second name is refused and changed",
    )
    const rules = destination.stats().byCall["POST network/security-group-rules"] ?? 0
    t.ok(rules <= 2 * 21, `(19) the rules of a group are created in bulk: 2 × 204 in ${rules} calls`)

    const users = await world.pool.query<{ user_username: string }>(
      "select user_username from openstack_tenant order by id desc limit 1",
    )
    const given = await destinationCloud.list<{ role: { name: string }; user: { name: string } }>(
      { service: "identity", path: "/role_assignments", query: { include_names: true } },
      "role_assignments",
    )
    t.strictSame(
      given.flatMap(({ role, user }) => (user.name === users.rows[0]?.user_username ? role.name : [])),
      ["member"],
      "(16) the tenant's user has the role member, by its current name",
    )
  }),
)

t.test("every defect of the original has a test or a reason", async (t) => {
  const shown = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 17, 18, 19, 22, 23, 24]
  const all = [...shown, ...Object.keys(elsewhere).map(Number)].sort((a, b) => a - b)
  t.strictSame(
    all,
    Array.from({ length: 24 }, (_, index) => index + 1),
  )
})

function volumeTypes(src: string | undefined, dst: string | undefined) {
  return { mappings: { volume_types: [{ src_type_uuid: src, dst_type_uuid: dst }] } }
}
