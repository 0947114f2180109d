import { overlaps } from "../../src/planning/addresses.ts"
import type { SourceRouter, SourceSubnet, StaticRoute } from "../../src/planning/source.ts"
import { type AddressBook, identity } from "./arbitrary-tenant.ts"
import { type Draw, host, isVersion, prefixOf } from "./generate.ts"

/** Routers with interfaces at the gateway's or another address, and routes with a next hop that they reach. */
export function drawRouters(
  draw: Draw,
  subnets: readonly SourceSubnet[],
  taken: AddressBook,
): readonly SourceRouter[] {
  const told = draw.flag()
  const atGateway = new Set<string>()
  return Array.from({ length: draw.int(0, 3) }, (_, index): SourceRouter => {
    const connected: SourceSubnet[] = []
    const interfaces = draw.some(subnets).flatMap((subnet) => {
      // A router never stands in two ranges that overlap.
      if (connected.some((other) => overlaps(prefixOf(other.cidr), prefixOf(subnet.cidr)))) return []
      const gateway = atGateway.has(subnet.key) || draw.rarely(4) ? null : subnet.gatewayIp
      const ipAddress = gateway ?? taken.take(subnet, draw.place())
      if (ipAddress === undefined) return []
      if (gateway !== null) atGateway.add(subnet.key)
      connected.push(subnet)
      return { subnet: subnet.key, ipAddress }
    })
    return {
      ...identity(draw, "c", index),
      interfaces,
      routes: drawRoutes(draw, subnets, connected, new Set(interfaces.map((one) => one.ipAddress))),
      hasGateway: told ? draw.flag() : null,
    }
  })
}

function drawRoutes(
  draw: Draw,
  subnets: readonly SourceSubnet[],
  connected: readonly SourceSubnet[],
  own: ReadonlySet<string>,
): readonly StaticRoute[] {
  const routes = new Map<string, StaticRoute>()
  for (let count = draw.int(0, 3); count > 0; count--) {
    const via = draw.any(connected)
    if (via === undefined) break
    const far = via.ipVersion === 4 ? ["10.210.7.0/24", "203.0.113.0/24"] : ["fd99:7::/64", "2001:db8:7::/48"]
    const others = subnets
      .filter((subnet) => !connected.includes(subnet) && isVersion(subnet.cidr, via.ipVersion))
      .map((subnet) => subnet.cidr)
    const destination = draw.any([...far, ...others]) ?? ""
    const nexthop = host(via.cidr, draw.place())
    // Neutron takes no next hop that is the router itself.
    if (!own.has(nexthop)) routes.set(`${destination} ${nexthop}`, { destination, nexthop })
  }
  return [...routes.values()]
}
