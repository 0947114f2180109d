import { type Cidr, formatCidr, formatIp, parseCidr, parseIp } from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { unquoted } from "../values.ts"
import { type Given, maybe, optional, required } from "./attributes.ts"
import { boolean, ip, keyed, oneOf, orNull, routes, string, strings, uuid } from "./checks.ts"
import { routesInOrder as inOrder, shuffled } from "./order.ts"
import { checkNetworkOwner } from "./ownership.ts"
import { isOpen, openNetworks } from "./rbac.ts"
import { badAttribute, inUse, notFound } from "./refusals.ts"
import { common, commonReadOnly, owns, type Resource } from "./resource.ts"
import { isInterface, type Pool, type Subnet } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"
import * as check from "./subnet-checks.ts"

const modes = orNull(oneOf(["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]))

function pools(name: string, value: unknown): readonly Pool[] {
  if (!Array.isArray(value)) throw badAttribute(name, `Invalid data format for IP pool: '${unquoted(value)}'`)
  return value.map((one) => {
    const { start, end } = keyed(name, one, ["end", "start"])
    return { start: ip(name, start), end: ip(name, end) }
  })
}

function nameServers(name: string, value: unknown): readonly string[] {
  const given = typeof value === "string" ? [...value] : Array.isArray(value) ? value : []
  given.forEach((one, index) => {
    if (typeof one !== "string" || !parseIp(one))
      throw badAttribute(
        name,
        `'${unquoted(one)}' is not a valid nameserver. '${unquoted(one)}' is not a valid IP address`,
      )
    if (given.indexOf(one) !== index) throw badAttribute(name, `Duplicate nameserver '${one}'`)
  })
  return given
}

const canonical = (text: string): string => {
  const cidr = parseCidr(text)
  return cidr ? formatCidr(cidr) : text
}

const attributes = {
  network_id: required(uuid, { put: false }),
  ip_version: required((name, value) => oneOf([4, 6])(name, Number(value)), { put: false }),
  cidr: maybe(string(64), { put: false }),
  subnetpool_id: optional(orNull(uuid), null, { put: false }),
  prefixlen: maybe((_name, value) => Number(value), { put: false }),
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  gateway_ip: maybe(orNull(ip)),
  allocation_pools: maybe(pools),
  enable_dhcp: optional(boolean, true),
  dns_nameservers: optional(nameServers, []),
  host_routes: optional(routes(canonical), []),
  ipv6_ra_mode: optional(modes, null, { put: false }),
  ipv6_address_mode: optional(modes, null, { put: false }),
  service_types: optional(strings, []),
  dns_publish_fixed_ip: optional(boolean, false),
}

type SubnetGiven = Given<typeof attributes>

const filters = [
  "name",
  "shared",
  "network_id",
  "cidr",
  "gateway_ip",
  "ip_version",
  "enable_dhcp",
  "subnetpool_id",
  "ipv6_ra_mode",
  "ipv6_address_mode",
]

export function subnetResource(state: NetworkState): Resource<Subnet> {
  const networkOf = (row: Subnet) => state.networks.get(row.network_id)

  return {
    member: "subnet",
    collection: "subnets",
    path: "subnets",
    quota: "subnet",
    tagged: true,
    filters,
    attributes,
    readOnly: [...commonReadOnly, "shared"],
    rows: state.subnets,
    notFound: notFound.subnet,
    shared: ({ projectId }) =>
      openNetworks(state, projectId).flatMap(({ id }) => state.subnets.find("network", id)),
    canSee: (caller, row) => {
      const network = networkOf(row)
      return owns(caller, row) || (network !== undefined && isOpen(state, network, caller.projectId))
    },
    canChange: owns,
    checkOwner: (caller, values) => checkNetworkOwner(state, caller, values, "subnet"),
    create: (_caller, projectId, values) => createSubnet(state, projectId, values as SubnetGiven),
    update: (_caller, row, values) => updateSubnet(state, row, values as Partial<SubnetGiven>),
    remove(_caller, row) {
      const ports = state.ports.find("subnet", row.id)
      if (ports.some(({ device_owner }) => device_owner !== "network:dhcp")) throw inUse.subnet(row.id)
      for (const port of ports) state.ports.remove(port)
      state.subnets.remove(row)
      const network = networkOf(row)
      if (network) state.networks.put(touched(network))
    },
    show: (_caller, row) => showSubnet(row),
  }
}

function createSubnet(state: NetworkState, projectId: string, given: SubnetGiven): Subnet {
  const networkId = given.network_id ?? ""
  const network = state.networks.get(networkId)
  if (!network) throw notFound.network(networkId)
  const { cidr, version, gateway } = readAddressing(given)
  check.checkNoOverlap(cidr, networkId, state.subnets.find("network", networkId))
  const pools = check.checkPools(cidr, given.allocation_pools ?? [])
  check.checkGatewayInPools(gateway, pools)
  const row = state.subnets.put({
    ...newRow(projectId, given.description, 0),
    name: given.name,
    network_id: networkId,
    ip_version: version,
    cidr: formatCidr(cidr),
    gateway_ip: gateway === null ? null : formatIp(version, parseIp(gateway)?.value ?? 0n),
    enable_dhcp: given.enable_dhcp,
    ipv6_ra_mode: given.ipv6_ra_mode,
    ipv6_address_mode: given.ipv6_address_mode,
    allocation_pools: shuffled(pools.length > 0 ? pools : check.defaultPools(cidr, gateway)),
    host_routes: inOrder(given.host_routes),
    dns_nameservers: given.dns_nameservers,
    service_types: given.service_types,
    dns_publish_fixed_ip: given.dns_publish_fixed_ip,
  })
  state.networks.put(touched(network))
  return row
}

/** Checks everything about a new subnet that does not depend on others, in Neutron's order. */
function readAddressing(given: SubnetGiven): {
  readonly cidr: Cidr
  readonly version: 4 | 6
  readonly gateway: string | null
} {
  if (given.cidr === undefined)
    throw new Refusal(
      400,
      "BadRequest",
      "Bad subnets request: a subnetpool must be specified in the absence of a cidr.",
    )
  const version = given.ip_version === "6" ? 6 : 4
  const cidr = check.readCidr(given.cidr)
  check.checkVersion("cidr", given.cidr, version)
  check.checkPrefix(cidr, given.enable_dhcp)
  check.checkModes(cidr, given.enable_dhcp, given.ipv6_ra_mode, given.ipv6_address_mode)
  if (given.gateway_ip) check.checkVersion("gateway_ip", given.gateway_ip, version)
  const gateway = given.gateway_ip === undefined ? check.defaultGateway(cidr) : given.gateway_ip
  check.checkGateway(cidr, gateway)
  checkAddresses(given, version)
  check.checkCounts("new subnet", given.dns_nameservers, given.host_routes)
  checkServiceTypes(given.service_types)
  return { cidr, version, gateway }
}

function updateSubnet(state: NetworkState, row: Subnet, given: Partial<SubnetGiven>): Subnet {
  const cidr = check.readCidr(row.cidr)
  const gateway = given.gateway_ip === undefined ? row.gateway_ip : given.gateway_ip
  if (given.gateway_ip) check.checkVersion("gateway_ip", given.gateway_ip, row.ip_version)
  check.checkGateway(cidr, gateway)
  checkAddresses(given, row.ip_version)
  check.checkCounts(row.id, given.dns_nameservers ?? [], given.host_routes ?? [])
  const pools = given.allocation_pools && check.checkPools(cidr, given.allocation_pools)
  check.checkGatewayInPools(gateway, pools ?? row.allocation_pools)
  if (gateway !== null && gateway !== row.gateway_ip) checkGatewayFree(state, row)
  const { name, description, enable_dhcp, dns_nameservers, host_routes, service_types } = given
  const { dns_publish_fixed_ip } = given
  return state.subnets.put(
    touched(row, {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(enable_dhcp !== undefined && { enable_dhcp }),
      ...(dns_nameservers !== undefined && { dns_nameservers }),
      ...(host_routes !== undefined && { host_routes: inOrder(host_routes) }),
      ...(service_types !== undefined && { service_types }),
      ...(dns_publish_fixed_ip !== undefined && { dns_publish_fixed_ip }),
      ...(pools !== undefined && { allocation_pools: shuffled(pools) }),
      gateway_ip: gateway,
    }),
  )
}

const showSubnet = (row: Subnet): Record<string, unknown> => ({
  id: row.id,
  name: row.name,
  network_id: row.network_id,
  ip_version: row.ip_version,
  subnetpool_id: null,
  enable_dhcp: row.enable_dhcp,
  ipv6_ra_mode: row.ipv6_ra_mode,
  ipv6_address_mode: row.ipv6_address_mode,
  gateway_ip: row.gateway_ip,
  cidr: row.cidr,
  allocation_pools: row.allocation_pools,
  host_routes: row.host_routes,
  dns_nameservers: row.dns_nameservers,
  service_types: row.service_types,
  dns_publish_fixed_ip: row.dns_publish_fixed_ip,
  ...common(row),
})

function checkAddresses(given: Partial<SubnetGiven>, version: 4 | 6): void {
  for (const server of given.dns_nameservers ?? []) check.checkVersion("dns_nameserver", server, version)
  for (const route of given.host_routes ?? []) {
    check.checkVersion("destination", route.destination, version)
    check.checkVersion("nexthop", route.nexthop, version)
  }
}

function checkServiceTypes(types: readonly string[]): void {
  const bad = types.find((type) => !/^(network|compute|neutron|baremetal|trunk):/.test(type))
  if (bad !== undefined)
    throw new Refusal(
      400,
      "InvalidSubnetServiceType",
      `Subnet service type ${bad} does not correspond to a valid device owner.`,
    )
}

function checkGatewayFree(state: NetworkState, row: Subnet): void {
  if (row.gateway_ip === null) return
  const port = state.ports.first("ip", `${row.id}/${row.gateway_ip}`)
  if (port !== undefined && isInterface(port.device_owner))
    throw new Refusal(
      409,
      "GatewayIpInUse",
      `Current gateway ip ${row.gateway_ip} already in use by port ${port.id}. Unable to update.`,
    )
}
