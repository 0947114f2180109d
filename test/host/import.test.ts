import t from "tap"
import { createDemoRows } from "../../host/demo/rows.ts"
import { seedTenant } from "../../host/demo/seed-cloud.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant, type TenantSize } from "../../host/demo/tenants.ts"
import { type ImportedTenant, importTenant } from "../../host/import/tenant.ts"
import { startCloud } from "../../simulator/index.ts"
import { connectCloud } from "../../src/openstack/index.ts"
import { type TestDatabase, withDatabase } from "../helpers/database.ts"

const limits = { cores: 8, ram: 16_384, gigabytes_ssd: 50, gigabytes_standard: 100 }

t.test("the imported rows agree with the cloud", (t) =>
  withImported("medium", async ({ spec, imported, all }) => {
    const of = `where tenant_id = ${imported.tenantId}`

    const networks = await all(`select name, description, mtu from openstack_network ${of}`)
    t.strictSame(networks.map(({ name }) => name).sort(), spec.networks.map(({ name }) => name).sort())
    for (const { name, mtu } of spec.networks.filter(({ mtu }) => mtu !== undefined))
      t.ok(
        networks.some((row) => row.name === name && row.mtu === mtu),
        `MTU of ${name}`,
      )

    const connected = new Set(
      spec.routers.flatMap(({ interfaces }) => interfaces.map(({ subnet }) => subnet)),
    )
    t.strictSame(
      comparable(
        await all(`
          select name, description, cidr, host(gateway_ip) as gateway, ip_version as version, enable_dhcp as dhcp,
            array(select value from jsonb_array_elements(allocation_pools::jsonb) order by value ->> 'start') as pools,
            dns_nameservers::jsonb as dns, host_routes::jsonb as routes,
            disable_gateway, is_connected from openstack_subnet ${of}`),
      ),
      comparable(
        spec.subnets.map((subnet) => ({
          name: subnet.name,
          description: subnet.description,
          cidr: subnet.cidr,
          gateway: subnet.gatewayIp,
          version: subnet.ipVersion,
          dhcp: subnet.enableDhcp,
          pools: subnet.allocationPools,
          dns: subnet.dnsNameservers,
          routes: subnet.hostRoutes,
          disable_gateway: subnet.gatewayIp === null,
          is_connected: connected.has(subnet.key),
        })),
      ),
    )

    const groupName = new Map(spec.groups.map(({ key, name }) => [key, name]))
    t.strictSame(
      comparable(
        await all(`
          select own.name as group, direction, ethertype, protocol, from_port, to_port, cidr, rule.description, remote.name as remote
          from openstack_securitygrouprule as rule join openstack_securitygroup as own on own.id = security_group_id
          left join openstack_securitygroup as remote on remote.id = remote_group_id`),
      ),
      comparable(
        spec.groups.flatMap(({ name, rules }) =>
          rules.map((rule) => ({
            group: name,
            direction: rule.direction,
            ethertype: rule.ethertype,
            protocol: rule.protocol ?? "",
            from_port: rule.portMin ?? -1,
            to_port: rule.portMax ?? -1,
            cidr: rule.remoteIpPrefix,
            description: rule.description,
            remote: groupName.get(rule.remoteGroup ?? "") ?? null,
          })),
        ),
      ),
    )
  }),
)

t.test("ports belong to their instances, networks, subnets and groups", (t) =>
  withImported("medium", async ({ spec, imported, all }) => {
    const group = new Map(spec.groups.map(({ key, name }) => [key, name]))
    t.strictSame(
      comparable(
        await all(`
          select port.name, port.description, instance.name as instance, device_owner as owner,
            (select coalesce(jsonb_agg(case pair ->> 'mac_address' when mac_address then pair - 'mac_address' else pair end
                order by pair ->> 'ip_address'), '[]')
              from jsonb_array_elements(allowed_address_pairs::jsonb) as pair) as pairs,
            port_security_enabled as secure,
            array(select ip.value ->> 'ip_address' from jsonb_array_elements(fixed_ips::jsonb) as ip order by 1) as addresses,
            array(select name::text from openstack_port_security_groups join openstack_securitygroup as its on its.id = securitygroup_id
              where port_id = port.id order by name) as groups
          from openstack_port as port
          left join openstack_instance as instance on instance.id = instance_id
          where port.tenant_id = ${imported.tenantId} and device_owner not like 'network:%'`),
      ),
      comparable(
        spec.ports.map((port) => ({
          name: port.name,
          description: port.description,
          instance: port.instance ?? null,
          owner: port.instance === undefined ? "" : "compute:nova",
          pairs: port.allowedAddressPairs,
          secure: port.portSecurityEnabled,
          addresses: port.fixedIps.map(({ ipAddress }) => ipAddress).sort(),
          groups: port.groups.map((key) => group.get(key) ?? "").sort(),
        })),
      ),
    )
    const macs = new Set((await all("select mac_address from openstack_port")).map((row) => row.mac_address))
    t.ok(spec.ports.every(({ macAddress }) => macAddress === undefined || macs.has(macAddress)))
    const mismatched = await all(`
      select from openstack_port as port join openstack_subnet as subnet on subnet.id = subnet_id
      where port.network_id != subnet.network_id or position(subnet.backend_id in fixed_ips) = 0`)
    t.equal(mismatched.length, 0)
    const instances = new Set(spec.ports.flatMap(({ instance }) => instance ?? []))
    t.equal((await all("select from openstack_instance where state = 3")).length, instances.size)
  }),
)

t.test("a router's row has its routes and the addresses of all its ports", (t) =>
  withImported("small", async ({ spec, all }) => {
    const [row] = await all(
      "select name, routes::jsonb as routes, fixed_ips::jsonb as addresses from openstack_router",
    )
    const own = spec.routers[0]?.interfaces.map(
      ({ subnet: key }) => spec.subnets.find((one) => one.key === key)?.gatewayIp,
    )
    t.strictSame(comparable(row?.routes as object[]), comparable(spec.routers[0]?.routes ?? []))
    const addresses = row?.addresses as string[]
    t.ok(own?.every((address) => addresses.includes(address ?? "")))
    t.equal(addresses.length, (own?.length ?? 0) + 1, "one more is the external gateway's")
  }),
)

t.test("the resource refers to the tenant and has the ordered limits", (t) =>
  withImported("small", async ({ spec, imported, all }) => {
    const [resource] = await all(`
      select resource.uuid, resource.name, resource.state, limits, tenant.id as tenant from marketplace_resource as resource
      join django_content_type as type on type.id = content_type_id and app_label = 'openstack' and model = 'tenant'
      join openstack_tenant as tenant on tenant.id = object_id`)
    t.match(resource, { name: spec.name, state: 2, limits, tenant: imported.tenantId })
    t.equal(String(resource?.uuid).replaceAll("-", ""), imported.resourceUuid)
    const quotas = await all(
      `select name, value::int from quotas_quotalimit where object_id = ${imported.tenantId}`,
    )
    const values = Object.fromEntries(quotas.map(({ name, value }) => [name, value]))
    t.match(values, {
      vcpu: 8,
      ram: 16_384,
      storage: 150 * 1_024,
      gigabytes_ssd: 50,
      network_count: spec.quotas.network,
      security_group_rule_count: spec.quotas.security_group_rule,
    })
    const usages = await all(
      `select name, delta::int from quotas_quotausage where object_id = ${imported.tenantId}`,
    )
    t.match(Object.fromEntries(usages.map(({ name, delta }) => [name, delta])), {
      network_count: spec.networks.length,
      subnet_count: spec.subnets.length,
      security_group_count: spec.groups.length,
    })
    t.equal((await all("select from marketplace_componentquota")).length, Object.keys(limits).length)
  }),
)

interface Imported {
  readonly spec: TenantSpec
  readonly imported: ImportedTenant
  all(sql: string): Promise<Record<string, unknown>[]>
}

async function withImported(size: TenantSize, run: (imported: Imported) => Promise<void>): Promise<void> {
  const simulated = await startCloud({ name: "source" })
  const connection = {
    name: "source",
    authUrl: simulated.authUrl,
    ...simulated.admin,
    requestsPerSecond: 10_000,
  }
  const cloud = connectCloud(connection)
  try {
    const spec = demoTenant(size)
    const seeded = await seedTenant(cloud, spec)
    await withDatabase(async ({ pool }: TestDatabase) => {
      const facts = { connection, volumeTypes: simulated.volumeTypes }
      const rows = await createDemoRows(pool, { source: facts, destination: facts })
      const { project, source } = rows
      const place = { settingsId: source.settings.id, project, offering: source.offering, plan: source.plan }
      const imported = await importTenant(pool, cloud, { ...seeded, ...place, limits })
      await run({ spec, imported, all: async (sql) => (await pool.query(sql)).rows })
    })
  } finally {
    await cloud.close()
    await simulated.close()
  }
}

/** Returns rows as texts that can be compared in any order. */
function comparable(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row, withSortedKeys)).sort()
}

function withSortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort())
}
