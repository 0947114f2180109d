import { contains, parseAddress, parsePrefix, sameAddress } from "./addresses.ts"
import type { SourceSubnet } from "./source.ts"

/** What the rows show of a router: its addresses, and the rows of its ports if Waldur has pulled them. */
export interface RouterRow {
  readonly backendId: string
  readonly addresses: readonly string[]
  readonly ports: readonly { readonly owner: string; readonly fixedIps: readonly RowAddress[] }[]
}

export interface RowAddress {
  readonly subnet: string | undefined
  readonly ipAddress: string
}

export interface RouterConnections {
  readonly interfaces: readonly { readonly subnet: string; readonly ipAddress: string }[]
  /** Whether it has an external gateway; null if the rows do not show it. */
  readonly hasGateway: boolean | null
}

export interface SubnetRow extends Pick<SourceSubnet, "key" | "cidr" | "gatewayIp"> {
  readonly isConnected: boolean
}

const gatewayOwner = "network:router_gateway"

/**
 * Infers from rows which router has an interface in which subnet. Port rows show it exactly. Without them, an address of
 * the router is an interface in the subnet whose gateway it is, or in whose range it is. Without addresses, the first
 * router is connected to the subnets with `is_connected`, as Waldur itself connects subnets. Pure.
 */
export function inferRouterConnections(
  routers: readonly RouterRow[],
  subnets: readonly SubnetRow[],
): readonly RouterConnections[] {
  const taken = new Set<string>()
  const found = routers.map((router) => inferConnections(router, subnets, taken))
  const anyInterface = found.some(({ interfaces }) => interfaces.length > 0)
  const anyGateway = found.some(({ hasGateway }) => hasGateway)
  return found.map(({ interfaces, hasGateway }, index) => ({
    interfaces: anyInterface || index > 0 ? interfaces : connectedSubnets(subnets),
    hasGateway: hasGateway ? true : anyGateway ? false : null,
  }))
}

function inferConnections(router: RouterRow, subnets: readonly SubnetRow[], taken: Set<string>) {
  const inPorts = router.ports
    .filter((port) => port.owner !== gatewayOwner)
    .flatMap((port) =>
      port.fixedIps.flatMap(({ subnet, ipAddress }) => (subnet === undefined ? [] : { subnet, ipAddress })),
    )
  const ofPorts = router.ports.flatMap((port) => port.fixedIps.map(({ ipAddress }) => ipAddress))
  const otherAddresses = router.addresses.filter(
    (address) => !ofPorts.some((one) => sameAddress(one, address)),
  )
  const connected = new Set(inPorts.map((one) => one.subnet))
  const byAddress = otherAddresses.flatMap((ipAddress) => {
    const subnet = subnetOf(ipAddress, subnets, taken)
    if (subnet === undefined || connected.has(subnet)) return []
    connected.add(subnet)
    taken.add(`${subnet} ${ipAddress}`)
    return { subnet, ipAddress }
  })
  const outside = otherAddresses.some((address) => !subnets.some((subnet) => holds(subnet, address)))
  return {
    interfaces: [...inPorts, ...byAddress],
    hasGateway: outside || router.ports.some((port) => port.owner === gatewayOwner),
  }
}

/**
 * Returns the subnet that an address most likely belongs to: a tenant may repeat CIDRs, but rarely router addresses.
 */
function subnetOf(
  address: string,
  subnets: readonly SubnetRow[],
  taken: ReadonlySet<string>,
): string | undefined {
  const candidates = subnets.filter(
    (subnet) => holds(subnet, address) && !taken.has(`${subnet.key} ${address}`),
  )
  const isGateway = (subnet: SubnetRow) => subnet.gatewayIp !== null && sameAddress(subnet.gatewayIp, address)
  const best =
    candidates.find((subnet) => subnet.isConnected && isGateway(subnet)) ??
    candidates.find((subnet) => subnet.isConnected) ??
    candidates.find(isGateway) ??
    candidates[0]
  return best?.key
}

function holds(subnet: SubnetRow, address: string): boolean {
  const [prefix, parsed] = [parsePrefix(subnet.cidr), parseAddress(address)]
  return prefix !== undefined && parsed !== undefined && contains(prefix, parsed)
}

function connectedSubnets(subnets: readonly SubnetRow[]): RouterConnections["interfaces"] {
  return subnets.flatMap(({ key, isConnected, gatewayIp }) =>
    isConnected && gatewayIp !== null ? { subnet: key, ipAddress: gatewayIp } : [],
  )
}
