import { contains, parseCidr, parseIp } from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { quoted } from "../values.ts"
import type { Port, Route } from "./rows.ts"
import type { NetworkState } from "./state.ts"

const maxRoutes = 30

const reaches = (cidr: string, address: string): boolean => {
  const [block, ip] = [parseCidr(cidr), parseIp(address)]
  return block !== undefined && ip?.version === block.version && contains(block, ip.value)
}

/** Checks that each next hop is in a connected subnet and is not an address of the router. */
export function checkRoutes(state: NetworkState, routerId: string, routes: readonly Route[]): void {
  if (routes.length > maxRoutes)
    throw new Refusal(
      400,
      "RoutesExhausted",
      `Unable to complete operation for ${routerId}. The number of routes exceeds the maximum ${maxRoutes}.`,
    )
  const own = state.ports.find("device", routerId).flatMap(({ fixed_ips }) => fixed_ips)
  const subnets = own.flatMap(({ subnet_id }) => state.subnets.get(subnet_id) ?? [])
  for (const { nexthop } of routes) {
    const connected = subnets.some(({ cidr }) => reaches(cidr, nexthop))
    const used = own.some(({ ip_address }) => ip_address === nexthop)
    if (!connected || used)
      throw new Refusal(
        400,
        "InvalidRoutes",
        `Invalid format for routes: ${quoted(routes)}, the nexthop is ${used ? "used by router" : "not connected with router"}`,
      )
  }
}

/** Returns the port's first subnet with a next hop of a route. */
export function neededBy(state: NetworkState, port: Port, routes: readonly Route[]): string | undefined {
  const subnets = port.fixed_ips.flatMap(({ subnet_id }) => state.subnets.get(subnet_id) ?? [])
  return subnets.find(({ cidr }) => routes.some(({ nexthop }) => reaches(cidr, nexthop)))?.id
}
