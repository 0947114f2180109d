import { overlaps } from "../../src/planning/addresses.ts"
import type { SourceRouter, SourceSubnet, StaticRoute } from "../../src/planning/source.ts"
import { type AddressBook, identity } from "./address-book.ts"
import { type Choices, host, isVersion, prefixOf } from "./choices.ts"

/** Generates routers with interfaces at the gateway's or another address, and routes whose next hop they reach. */
export function generateRouters(
  choices: Choices,
  subnets: readonly SourceSubnet[],
  taken: AddressBook,
): readonly SourceRouter[] {
  const gatewaysKnown = choices.flag()
  const atGateway = new Set<string>()
  return Array.from({ length: choices.int(0, 3) }, (_, index): SourceRouter => {
    const connected: SourceSubnet[] = []
    const interfaces = choices.some(subnets).flatMap((subnet) => {
      // A router has no interfaces in two overlapping ranges.
      if (connected.some((other) => overlaps(prefixOf(other.cidr), prefixOf(subnet.cidr)))) return []
      const gateway = atGateway.has(subnet.key) || choices.rarely(4) ? null : subnet.gatewayIp
      const ipAddress = gateway ?? taken.take(subnet, choices.place())
      if (ipAddress === undefined) return []
      if (gateway !== null) atGateway.add(subnet.key)
      connected.push(subnet)
      return { subnet: subnet.key, ipAddress }
    })
    return {
      ...identity(choices, "c", index),
      interfaces,
      routes: generateRoutes(choices, subnets, connected, new Set(interfaces.map((one) => one.ipAddress))),
      hasGateway: gatewaysKnown ? choices.flag() : null,
    }
  })
}

function generateRoutes(
  choices: Choices,
  subnets: readonly SourceSubnet[],
  connected: readonly SourceSubnet[],
  own: ReadonlySet<string>,
): readonly StaticRoute[] {
  const routes = new Map<string, StaticRoute>()
  for (let count = choices.int(0, 3); count > 0; count--) {
    const via = choices.any(connected)
    if (via === undefined) break
    const far = via.ipVersion === 4 ? ["10.210.7.0/24", "203.0.113.0/24"] : ["fd99:7::/64", "2001:db8:7::/48"]
    const others = subnets
      .filter((subnet) => !connected.includes(subnet) && isVersion(subnet.cidr, via.ipVersion))
      .map((subnet) => subnet.cidr)
    const destination = choices.any([...far, ...others]) ?? ""
    const nexthop = host(via.cidr, choices.place())
    // Neutron refuses a next hop that is an address of the router itself.
    if (!own.has(nexthop)) routes.set(`${destination} ${nexthop}`, { destination, nexthop })
  }
  return [...routes.values()]
}
