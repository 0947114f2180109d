import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import {
  addRouterInterface,
  createResource,
  deleteResource,
  listResources,
  replaceTags,
  updateResource,
} from "../../src/openstack/index.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const all = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }

t.test("live-only attributes are read from the source cloud and copied", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const of = { project_id: tenant.projectId }
    const [network] = await listResources(world.sourceCloud, "networks", of)
    const [router] = await listResources(world.sourceCloud, "routers", of)
    if (!network || !router) throw new Error("no network or no router")
    await updateResource(world.sourceCloud, "networks", network.id, {
      admin_state_up: false,
      port_security_enabled: false,
    })
    await replaceTags(world.sourceCloud, "networks", network.id, ["blue", "green"])
    await updateResource(world.sourceCloud, "routers", router.id, { admin_state_up: false })

    const migration = await world.ended((await world.create(tenant, all)).uuid)
    t.equal(migration.error_message, "")
    const copied = { project_id: await world.projectOf(migration) }
    const networks = await listResources(world.destinationCloud, "networks", copied)
    const copy = networks.find(({ name }) => name === network.name)
    t.match(copy, { admin_state_up: false, port_security_enabled: false })
    t.strictSame(copy?.tags?.toSorted(), ["blue", "green"])
    const [routerCopy] = await listResources(world.destinationCloud, "routers", copied)
    t.equal(routerCopy?.admin_state_up, false)
    const { survey, verification } = await runOf(world)
    t.match(survey, { unread: undefined, unknown: [], findings: [] })
    t.match(verification, { differences: 0, source: { changes: [] } })
  }),
)

t.test(
  "an attribute that the destination refuses is dropped with the cloud's words, and the object is created",
  (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const [router] = await listResources(world.sourceCloud, "routers", { project_id: tenant.projectId })
      world.destination.onRequest = async ({ method, path, body }) => {
        const distributed = (body as { router?: { distributed?: boolean } } | undefined)?.router?.distributed
        if (method !== "POST" || path !== "routers" || distributed === undefined) return
        const words = { type: "DVRMacAddressNotFound", message: "No distributed routers here.", detail: "" }
        return { status: 400, body: { NeutronError: words } }
      }
      const migration = await world.ended((await world.create(tenant, all)).uuid)
      t.equal(migration.error_message, "")
      const { rows } = await world.pool.query(
        "select name, body, notes from openstack_replication.object where kind = 'router'",
      )
      t.equal(rows[0].name, router?.name)
      t.notOk("distributed" in rows[0].body)
      t.match(rows[0].notes.dropped, [{ attribute: "distributed", reason: /No distributed routers here/ }])
    }),
)

t.test("an object that is gone from the source cloud is reported and not copied", (t) =>
  withWorld(async (world) => {
    const spec = demoTenant("small")
    const group = { key: "gone", name: "gone", description: "", rules: [] }
    const tenant = await world.importTenant({ ...spec, groups: [...spec.groups, group] })
    const groups = await listResources(world.sourceCloud, "security-groups", { project_id: tenant.projectId })
    const gone = groups.find(({ name }) => name === "gone")
    await deleteResource(world.sourceCloud, "security-groups", gone?.id ?? "")

    const migration = await world.ended((await world.create(tenant, all)).uuid)
    t.equal(migration.error_message, "")
    t.strictSame(
      await viewTenant(world.destinationCloud, await world.projectOf(migration)),
      await viewTenant(world.sourceCloud, tenant.projectId),
    )
    const { survey } = await runOf(world)
    t.match(survey.findings, [{ kind: "security_group", name: "gone", message: /no longer has it/ }])
    const left = await world.pool.query(
      "select reason from openstack_replication.object where state = 'omitted' and kind = 'security_group'",
    )
    t.match(left.rows, [{ reason: /no longer has it/ }])
    const rows = await world.pool.query("select id from openstack_securitygroup where name = 'gone'")
    t.equal(rows.rowCount, 1, "the new tenant has no row for it")
  }),
)

t.test("an object without a row is copied and gets a row", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const own = { project_id: tenant.projectId }
    const network = await createResource(world.sourceCloud, "networks", { ...own, name: "newcomer" })
    await createResource(world.sourceCloud, "subnets", {
      ...own,
      network_id: network.id,
      name: "newcomers",
      cidr: "192.168.77.0/24",
      ip_version: 4,
    })
    const migration = await world.ended((await world.create(tenant, all)).uuid)
    t.equal(migration.error_message, "")
    t.strictSame(
      await viewTenant(world.destinationCloud, await world.projectOf(migration)),
      await viewTenant(world.sourceCloud, tenant.projectId),
    )
    const { rows } = await world.pool.query(
      `select subnet.cidr, subnet.state, network.backend_id <> '' as there from openstack_subnet subnet
       join openstack_network network on network.id = subnet.network_id where subnet.name = 'newcomers'`,
    )
    t.strictSame(rows, [{ cidr: "192.168.77.0/24", state: 3, there: true }])
    const { survey } = await runOf(world)
    t.match(
      survey.findings.map(({ kind, name }) => `${kind} ${name}`),
      ["network newcomer", "subnet newcomers"],
    )
  }),
)

t.test(
  "a router in another tenant's network, and subnets of others in the tenant's networks, are reported",
  (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const own = { project_id: tenant.projectId }
      const cloud = world.sourceCloud
      // Without a project id they are created in the administrator's project.
      const shared = await createResource(cloud, "networks", { name: "shared", shared: true })
      const place = { ip_version: 4, cidr: "10.240.0.0/24" }
      const subnet = await createResource(cloud, "subnets", { ...place, network_id: shared.id })
      const port = await createResource(cloud, "ports", {
        ...own,
        network_id: shared.id,
        fixed_ips: [{ subnet_id: subnet.id, ip_address: "10.240.0.9" }],
      })
      const [router] = await listResources(cloud, "routers", own)
      await addRouterInterface(cloud, router?.id ?? "", { port_id: port.id })
      const [network] = await listResources(cloud, "networks", own)
      const strange = { ip_version: 4, cidr: "10.241.0.0/24", network_id: network?.id }
      const { id } = await createResource(cloud, "subnets", strange)

      const migration = await world.ended((await world.create(tenant, all)).uuid)
      t.equal(migration.error_message, "")
      const { rows } = await world.pool.query(
        `select kind, name, reason from openstack_replication.object
       where state = 'omitted' and reason like '%another tenant.' order by kind`,
      )
      t.match(rows, [
        {
          kind: "interface",
          name: `${router?.name} at 10.240.0.9`,
          reason: `Its network ${shared.id} belongs`,
        },
        { kind: "subnet", name: `${id} of ${network?.name}` },
      ])
    }),
)

t.test("a value that differs between row and cloud is copied from the cloud", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const [network] = await listResources(world.sourceCloud, "networks", { project_id: tenant.projectId })
    await updateResource(world.sourceCloud, "networks", network?.id ?? "", { description: "written later" })
    const migration = await world.ended((await world.create(tenant, all)).uuid)
    t.equal(migration.error_message, "")
    const { rows } = await world.pool.query<{ description: string }>(
      "select description from openstack_network where name = $1 order by id",
      [network?.name],
    )
    t.equal(rows[1]?.description, "written later", "the row of the copy has it, too")
    const { survey } = await runOf(world)
    t.match(survey.findings, [{ kind: "network", message: /description in the source cloud differs/ }])
  }),
)

t.test("a source that cannot be read is copied from its rows, and the report names what they lack", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const before = await viewTenant(world.sourceCloud, tenant.projectId)
    await world.pool.query("update structure_servicesettings set password = 'changed' where id = $1", [
      world.rows.source.settings.id,
    ])
    const migration = await world.ended((await world.create(tenant, all)).uuid)
    t.equal(migration.error_message, "")
    t.strictSame(await viewTenant(world.destinationCloud, await world.projectOf(migration)), before)
    const { survey, verification } = await runOf(world)
    t.match(survey.unread, /sign in/)
    t.ok(survey.unknown.includes("subnet.ipv6_ra_mode"))
    t.match(verification, { differences: 0, source: { unread: /sign in/ } })
  }),
)

async function runOf(world: TestWorld) {
  const { rows } = await world.pool.query<{
    survey: {
      unread?: string
      unknown: string[]
      findings: { kind: string; name: string; message: string }[]
    }
    verification: Record<string, unknown>
  }>("select survey, verification from openstack_replication.run")
  const [run] = rows
  if (run === undefined) throw new Error("no run")
  return run
}
