import t from "tap"
import { insertRef } from "../../host/waldur/insert.ts"
import type { Port } from "../../src/openstack/index.ts"
import { besideWaldur, destinationOf, writeDestination } from "../helpers/destination.ts"
import { type Marketplace, type TestResource, withMarketplace } from "../helpers/marketplace.ts"

const others = { inventory: false, usages: false } as const

/** A port of a router, as Neutron shows it. */
function port(
  id: string,
  router: string,
  addresses: readonly string[],
  more: Partial<Port> = {},
): Partial<Port> {
  return {
    id,
    name: "",
    description: "",
    mac_address: "fa:16:3e:00:00:01",
    network_id: "n1",
    device_id: router,
    device_owner: "network:router_interface",
    port_security_enabled: false,
    fixed_ips: addresses.map((ip_address) => ({ ip_address, subnet_id: "s1" })),
    ...more,
  }
}

const ports = [
  port("p1", "r1", ["10.0.0.1"]),
  port("p2", "r1", ["10.0.1.1", "fe80::1"]),
  port("p3", "elsewhere", ["10.0.2.1"]),
  port("p4", "", ["10.0.0.9"], { device_owner: "" }),
  port("p5", "r1", ["169.254.192.3"], { device_owner: "network:router_ha_interface" }),
]

/** Inserts a network, a subnet and two routers, of which one has no interface. */
async function insertNetwork({ pool, rows }: Marketplace, { tenantId: tenant_id }: TestResource) {
  const owner = {
    tenant_id,
    project_id: rows.project.id,
    service_settings_id: rows.destination.settings.id,
    state: 3,
  }
  const network = await insertRef(pool, "openstack_network", { ...owner, name: "net", backend_id: "n1" })
  const subnet = await insertRef(pool, "openstack_subnet", {
    ...owner,
    name: "sub",
    backend_id: "s1",
    cidr: "10.0.0.0/16",
    ip_version: 4,
    network_id: network.id,
  })
  const router = (name: string, fixed_ips: string) =>
    insertRef(pool, "openstack_router", { ...owner, name, backend_id: name, routes: "[]", fixed_ips })
  return { network, subnet, r1: await router("r1", "[]"), r2: await router("r2", '["10.9.9.9"]') }
}

async function portRows({ pool }: Marketplace, { tenantId }: TestResource) {
  const { rows } = await pool.query("select * from openstack_port where tenant_id = $1 order by id", [
    tenantId,
  ])
  return rows
}

async function count({ pool }: Marketplace): Promise<number> {
  const { rows } = await pool.query<{ sum: number | null }>(
    "select sum(delta)::int as sum from quotas_quotausage where name = 'nc_resource_count'",
  )
  return rows[0]?.sum ?? 0
}

t.test("interfaces of the tenant's routers have rows as Waldur's pull writes them", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    const copy = await marketplace.resource()
    const { network, subnet, r1 } = await insertNetwork(marketplace, copy)
    for (const _ of [1, 2])
      await writeDestination(marketplace, copy, destinationOf({}, ports), { switches: others })
    const own = {
      name: "",
      description: "",
      state: 3,
      error_message: "",
      error_traceback: "",
      project_id: rows.project.id,
      service_settings_id: rows.destination.settings.id,
      mac_address: "fa:16:3e:00:00:01",
      allowed_address_pairs: "[]",
      network_id: network.id,
      device_id: "r1",
      device_owner: "network:router_interface",
      port_security_enabled: false,
      instance_id: null,
      subnet_id: subnet.id,
    }
    const found = await portRows(marketplace, copy)
    t.equal(found.length, 2, "once, and neither ports of other routers nor other ports")
    t.match(found, [
      { ...own, backend_id: "p1", fixed_ips: '[{"subnet_id":"s1","ip_address":"10.0.0.1"}]' },
      { ...own, backend_id: "p2" },
    ])
    t.equal(await count(marketplace), 4, "two rows are counted for project and customer")
    const routers = await pool.query(
      "select name, fixed_ips from openstack_router where tenant_id = $1 order by id",
      [copy.tenantId],
    )
    t.strictSame(
      routers.rows,
      [
        { name: "r1", fixed_ips: '["10.0.0.1","10.0.1.1"]' },
        { name: "r2", fixed_ips: "[]" },
      ],
      "without addresses that the cloud uses by itself",
    )
    const resource = await pool.query("select backend_metadata from marketplace_resource where id = $1", [
      copy.id,
    ])
    t.strictSame(resource.rows[0].backend_metadata, {
      routers: { [r1.uuid.replaceAll("-", "")]: ["10.0.0.1", "10.0.1.1"] },
      router_fixed_ips: ["10.0.0.1", "10.0.1.1"],
    })
    const events = await pool.query("select from logging_event")
    t.equal(events.rowCount, 0, "without an event")
  }),
)

t.test("a port that Waldur's pull wrote gets no second row", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await insertNetwork(marketplace, copy)
    const { rows } = marketplace
    const pulled = {
      name: "pulled",
      state: 3,
      backend_id: "p1",
      tenant_id: copy.tenantId,
      fixed_ips: "[]",
      allowed_address_pairs: "[]",
      project_id: rows.project.id,
      service_settings_id: rows.destination.settings.id,
    }
    await besideWaldur(
      marketplace,
      async (waldur) => {
        await waldur.query("select from openstack_tenant where id = $1 for update", [copy.tenantId])
        await insertRef(waldur, "openstack_port", pulled)
      },
      () => writeDestination(marketplace, copy, destinationOf({}, ports), { switches: others }),
    )
    t.match(await portRows(marketplace, copy), [
      { name: "pulled", backend_id: "p1" },
      { name: "", backend_id: "p2" },
    ])
  }),
)

t.test("with the handler switched off, nothing of it is written", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool } = marketplace
    const copy = await marketplace.resource()
    await insertNetwork(marketplace, copy)
    await writeDestination(marketplace, copy, destinationOf({}, ports), {
      switches: { ...others, routerPorts: false },
    })
    t.strictSame(await portRows(marketplace, copy), [])
    const { rows } = await pool.query("select backend_metadata from marketplace_resource where id = $1", [
      copy.id,
    ])
    t.strictSame(rows[0].backend_metadata, {})
  }),
)
