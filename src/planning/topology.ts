import { contains, parseAddress, parsePrefix, sameAddress } from "./addresses.ts"
import type { SourceSubnet } from "./source.ts"

/** What the rows tell of a router: its addresses, and the rows of its ports where Waldur has pulled them. */
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
  /** Whether it leads out; null where nothing tells. */
  readonly hasGateway: boolean | null
}

export interface SubnetRow extends Pick<SourceSubnet, "key" | "cidr" | "gatewayIp"> {
  readonly isConnected: boolean
}

const gatewayOwner = "network:router_gateway"

/**
 * Which router stands in which subnet. Port rows say it exactly; without them a router's addresses do, by the subnet
 * whose gateway or range they are; without those the rows' `is_connected` does, with the first router, as Waldur
 * itself connects subnets.
 */
export function inferRouterConnections(
  routers: readonly RouterRow[],
  subnets: readonly SubnetRow[],
): readonly RouterConnections[] {
  const taken = new Set<string>()
  const places = routers.map((router) => inferConnections(router, subnets, taken))
  const told = places.some((place) => place.interfaces.length > 0)
  const leads = places.some((place) => place.hasGateway)
  return places.map(({ interfaces, hasGateway }, index) => ({
    interfaces: told || index > 0 ? interfaces : connectedSubnets(subnets),
    hasGateway: hasGateway ? true : leads ? false : null,
  }))
}

function inferConnections(router: RouterRow, subnets: readonly SubnetRow[], taken: Set<string>) {
  const inPorts = router.ports
    .filter((port) => port.owner !== gatewayOwner)
    .flatMap((port) =>
      port.fixedIps.flatMap(({ subnet, ipAddress }) => (subnet === undefined ? [] : { subnet, ipAddress })),
    )
  const ofPorts = router.ports.flatMap((port) => port.fixedIps.map(({ ipAddress }) => ipAddress))
  const left = router.addresses.filter((address) => !ofPorts.some((one) => sameAddress(one, address)))
  const stands = new Set(inPorts.map((one) => one.subnet))
  const byAddress = left.flatMap((ipAddress) => {
    const subnet = subnetOf(ipAddress, subnets, taken)
    if (subnet === undefined || stands.has(subnet)) return []
    stands.add(subnet)
    taken.add(`${subnet} ${ipAddress}`)
    return { subnet, ipAddress }
  })
  const outside = left.some((address) => !subnets.some((subnet) => holds(subnet, address)))
  return {
    interfaces: [...inPorts, ...byAddress],
    hasGateway: outside || router.ports.some((port) => port.owner === gatewayOwner),
  }
}

/** The subnet that an address most likely stands in: CIDRs may repeat in a tenant, addresses of routers seldom do. */
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
