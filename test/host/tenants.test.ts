import { Address4, Address6 } from "ip-address"
import t from "tap"
import type { SubnetSpec, TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"

for (const [size, counts] of [
  ["small", { networks: 2, subnets: 3, routers: 1, interfaces: 2, groups: 3, rules: 20, ports: 10 }],
  ["medium", { networks: 10, subnets: 20, routers: 1, interfaces: 16, groups: 21, rules: 204, ports: 50 }],
  ["large", { networks: 20, subnets: 40, routers: 4, interfaces: 40, groups: 30, rules: 600, ports: 1_000 }],
] as const) {
  const tenant = demoTenant(size)

  t.test(`the ${size} tenant has its numbers of objects`, async (t) => {
    t.strictSame(countOf(tenant), counts)
  })

  t.test(`the ${size} tenant is the same each time`, async (t) => {
    t.strictSame(demoTenant(size), tenant)
  })

  t.test(`objects of the ${size} tenant refer only to objects of the tenant`, async (t) => {
    const keys = (objects: readonly { key: string }[]) => new Set(objects.map(({ key }) => key))
    const [networks, subnets, groups] = [keys(tenant.networks), keys(tenant.subnets), keys(tenant.groups)]
    const ports = tenant.ports.flatMap(({ fixedIps }) => fixedIps.map(({ subnet }) => subnet))
    const interfaces = tenant.routers.flatMap((router) => router.interfaces.map(({ subnet }) => subnet))
    const remote = tenant.groups.flatMap(({ rules }) => rules.flatMap(({ remoteGroup }) => remoteGroup ?? []))
    t.ok([...tenant.subnets, ...tenant.ports].every(({ network }) => networks.has(network)))
    t.ok([...ports, ...interfaces].every((subnet) => subnets.has(subnet)))
    t.ok([...remote, ...tenant.ports.flatMap((port) => port.groups)].every((group) => groups.has(group)))
  })

  t.test(`no group of the ${size} tenant has a rule twice`, async (t) => {
    for (const { key, rules } of tenant.groups) {
      const forms = rules.map(({ description: _, ...rule }) => JSON.stringify(rule))
      t.equal(new Set(forms).size, rules.length, key)
    }
  })

  t.test(`addresses of the ${size} tenant's ports are in their subnets and unique`, async (t) => {
    const subnets = new Map(tenant.subnets.map((subnet) => [subnet.key, subnet]))
    const fixed = tenant.ports.flatMap(({ fixedIps }) => fixedIps)
    const gateways = tenant.subnets.map(({ key, gatewayIp }) => ({
      subnet: key,
      ipAddress: gatewayIp ?? "",
    }))
    const all = [...fixed, ...gateways].map(({ subnet, ipAddress }) => `${subnet} ${ipAddress}`)
    t.equal(new Set(all).size, all.length)
    t.strictSame(
      fixed.filter(({ subnet, ipAddress }) => !holds(subnets.get(subnet), ipAddress)),
      [],
    )
  })
}

t.test("groups refer to each other in a circle", async (t) => {
  const { groups } = demoTenant("medium")
  const next = (key: string) =>
    groups.find((group) => group.key === key)?.rules.find((rule) => rule.remoteGroup)?.remoteGroup
  const seen = new Set<string>()
  for (let key = "group-1"; !seen.has(key); key = next(key) ?? "") seen.add(key)
  t.equal(seen.size, groups.length - 1)
})

t.test("the medium tenant has a case of everything that is hard to copy", async (t) => {
  const { networks, subnets, routers, groups, ports } = demoTenant("medium")
  const connected = new Set(routers.flatMap((router) => router.interfaces.map(({ subnet }) => subnet)))
  const isolated = subnets.filter(({ key }) => !connected.has(key))
  const repeats = (names: readonly string[]) => new Set(names).size < names.length
  t.ok(repeats(networks.map(({ name }) => name)), "networks of one name")
  t.ok(repeats(groups.map(({ name }) => name)), "groups of one name")
  t.ok(repeats(isolated.map(({ cidr }) => cidr)), "isolated subnets of one CIDR")
  t.equal(isolated.length, 4)
  t.ok(subnets.some(({ key, gatewayIp }) => connected.has(key) && gatewayIp?.endsWith(".254")))
  t.ok(subnets.some(({ gatewayIp }) => gatewayIp === null))
  t.ok(subnets.some(({ ipVersion }) => ipVersion === 6))
  t.ok(subnets.some(({ enableDhcp }) => !enableDhcp))
  t.ok(subnets.some(({ allocationPools }) => allocationPools.length > 1))
  t.ok(subnets.some(({ hostRoutes }) => hostRoutes.length > 0))
  t.ok(ports.some(({ fixedIps }) => fixedIps.length > 1))
  t.ok(ports.some(({ macAddress }) => macAddress !== undefined))
  t.ok(ports.some(({ groups }) => groups.length > 1))
  t.ok(ports.some(({ allowedAddressPairs }) => allowedAddressPairs.length > 0))
  t.ok(ports.some(({ portSecurityEnabled }) => !portSecurityEnabled))
  t.ok(ports.some(({ instance }) => instance === undefined))
  const protocols = new Set(groups.flatMap(({ rules }) => rules.map(({ protocol }) => protocol)))
  for (const protocol of ["tcp", "udp", "icmp", "ipv6-icmp", "gre", null])
    t.ok(protocols.has(protocol), `${protocol}`)
  for (const network of networks) t.ok((network.mtu ?? 0) <= 1_450)
})

function countOf(tenant: TenantSpec) {
  return {
    networks: tenant.networks.length,
    subnets: tenant.subnets.length,
    routers: tenant.routers.length,
    interfaces: tenant.routers.flatMap(({ interfaces }) => interfaces).length,
    groups: tenant.groups.length,
    rules: tenant.groups.flatMap(({ rules }) => rules).length,
    ports: tenant.ports.length,
  }
}

function holds(subnet: SubnetSpec | undefined, address: string): boolean {
  if (!subnet) return false
  if (subnet.ipVersion === 6) return new Address6(address).isInSubnet(new Address6(subnet.cidr))
  const network = new Address4(subnet.cidr)
  const one = new Address4(address)
  return (
    one.isInSubnet(network) &&
    address !== network.startAddress().address &&
    address !== network.endAddress().address
  )
}
