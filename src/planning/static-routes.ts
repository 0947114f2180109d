import { contains, containsPrefix, type Prefix, parseAddress, parsePrefix } from "./addresses.ts"
import { type CidrMapping, mapAddress, mapPrefix, mappingsWithin } from "./cidr-mapping.ts"
import type { PlanContext } from "./plan.ts"
import type { SourceRouter, SourceSubnet, StaticRoute } from "./source.ts"

/** A route as the destination gets it. */
export interface KeptRoute extends StaticRoute {
  /** As it is at the source. */
  readonly before: StaticRoute
  /** The subnet in which the router reaches the next hop. */
  readonly via: string
}

/** A route as it is at the source, and why it is not copied. */
export interface OmittedRoute extends StaticRoute {
  readonly reason: string
}

export interface RoutesPlan {
  readonly kept: readonly KeptRoute[]
  readonly left: readonly OmittedRoute[]
}

/**
 * Which static routes of a router are copied, and in what form. Next hops and destinations follow the CIDR mapping.
 *
 * - "documented" (Waldur's rule): only a route whose destination lies inside a destination subnet's CIDR.
 * - "reachable": every route.
 *
 * In both, Neutron takes a route only if its next hop lies in a subnet that the router is connected to
 * (`InvalidRoutes … the nexthop is not connected with router`), so a route without one is left out, with the reason.
 */
export function planRoutes(
  router: SourceRouter,
  { source, mappings, staticRoutes }: Pick<PlanContext, "source" | "mappings" | "staticRoutes">,
): RoutesPlan {
  const kept: KeptRoute[] = []
  const left: OmittedRoute[] = []
  const places = source.subnets.flatMap((subnet) => placeOf(subnet, mappings))
  const connected = places.filter(({ key }) => router.interfaces.some(({ subnet }) => subnet === key))
  for (const route of router.routes) {
    const hop = parseAddress(route.nexthop)
    const via = connected.find(({ before }) => hop !== undefined && contains(before, hop))
    const mapped = {
      destination: mapPrefix(route.destination, mappings),
      nexthop: mapAddress(route.nexthop, via?.mappings ?? mappings),
    }
    const same = kept.some((one) => one.destination === mapped.destination && one.nexthop === mapped.nexthop)
    const reason = same
      ? "After the CIDR mapping, another route of the router is identical."
      : notCopiedReason(mapped, staticRoutes, places, via)
    if (reason !== undefined) left.push({ ...route, reason })
    else if (via !== undefined) kept.push({ ...mapped, via: via.key, before: route })
  }
  return { kept, left }
}

/** A subnet's range at the source and in the destination. */
interface Place {
  readonly key: string
  readonly before: Prefix
  readonly after: Prefix
  readonly mappings: readonly CidrMapping[]
}

function placeOf({ key, cidr }: SourceSubnet, mappings: readonly CidrMapping[]): readonly Place[] {
  const own = mappingsWithin(cidr, mappings)
  const [before, after] = [parsePrefix(cidr), parsePrefix(mapPrefix(cidr, own))]
  return before === undefined || after === undefined ? [] : [{ key, before, after, mappings: own }]
}

function notCopiedReason(
  { destination, nexthop }: StaticRoute,
  rule: PlanContext["staticRoutes"],
  places: readonly Place[],
  via: Place | undefined,
): string | undefined {
  const target = parsePrefix(destination)
  if (target === undefined || parseAddress(nexthop) === undefined) {
    return `The route ${destination} via ${nexthop} is not valid: it needs a network and an address.`
  }
  if (rule === "documented" && !places.some(({ after }) => containsPrefix(after, target))) {
    return `Its destination ${destination} is in none of the tenant's subnets, as the rule "documented" requires.`
  }
  if (via === undefined) return `Its next hop ${nexthop} is in no subnet that the router is connected to.`
  return undefined
}
