import { contains, parseCidr, parseIp } from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { quoted } from "../values.ts"
import type { Port, Route } from "./rows.ts"
import type { NetworkState } from "./state.ts"

const mostRoutes = 30

const reaches = (cidr: string, address: string): boolean => {
  const [block, ip] = [parseCidr(cidr), parseIp(address)]
  return block !== undefined && ip?.version === block.version && contains(block, ip.value)
}

/** Every next hop is in a subnet that the router has a port on, and is not the router itself. */
export function checkRoutes(state: NetworkState, routerId: string, routes: readonly Route[]): void {
  if (routes.length > mostRoutes)
    throw new Refusal(
      400,
      "RoutesExhausted",
      `Unable to complete operation for ${routerId}. The number of routes exceeds the maximum ${mostRoutes}.`,
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

/** The first subnet of the port that a route's next hop is in. */
export function neededBy(state: NetworkState, port: Port, routes: readonly Route[]): string | undefined {
  const subnets = port.fixed_ips.flatMap(({ subnet_id }) => state.subnets.get(subnet_id) ?? [])
  return subnets.find(({ cidr }) => routes.some(({ nexthop }) => reaches(cidr, nexthop)))?.id
}
