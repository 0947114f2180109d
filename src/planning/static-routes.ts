import { contains, containsPrefix, type Prefix, parseAddress, parsePrefix } from "./addresses.ts"
import { type CidrMapping, mapAddress, mapPrefix, mappingsWithin } from "./cidr-mapping.ts"
import type { PlanContext } from "./plan.ts"
import type { SourceRouter, SourceSubnet, StaticRoute } from "./source.ts"

/** A route as it is created in the destination. */
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
  readonly omitted: readonly OmittedRoute[]
}

/**
 * Returns the static routes of a router that are copied, and those that are omitted. Next hops and destinations follow
 * the CIDR mapping. Pure.
 *
 * - "documented" (Waldur's rule): only routes whose destination is in the CIDR of a destination subnet.
 * - "reachable": all routes.
 *
 * With both rules, Neutron accepts a route only if its next hop is in a subnet to which the router is connected
 * (`InvalidRoutes … the nexthop is not connected with router`), so other routes are omitted with the reason.
 */
export function planRoutes(
  router: SourceRouter,
  { source, mappings, staticRoutes }: Pick<PlanContext, "source" | "mappings" | "staticRoutes">,
): RoutesPlan {
  const kept: KeptRoute[] = []
  const omitted: OmittedRoute[] = []
  const ranges = source.subnets.flatMap((subnet) => rangeOf(subnet, mappings))
  const connected = ranges.filter(({ key }) => router.interfaces.some(({ subnet }) => subnet === key))
  for (const route of router.routes) {
    const hop = parseAddress(route.nexthop)
    const via = connected.find(({ before }) => hop !== undefined && contains(before, hop))
    const mapped = {
      destination: mapPrefix(route.destination, mappings),
      nexthop: mapAddress(route.nexthop, via?.mappings ?? mappings),
    }
    const isDuplicate = kept.some(
      (one) => one.destination === mapped.destination && one.nexthop === mapped.nexthop,
    )
    const reason = isDuplicate
      ? "After the CIDR mapping, another route of the router is identical."
      : notCopiedReason(mapped, staticRoutes, ranges, via)
    if (reason !== undefined) omitted.push({ ...route, reason })
    else if (via !== undefined) kept.push({ ...mapped, via: via.key, before: route })
  }
  return { kept, omitted }
}

/** A subnet's range at the source and in the destination. */
interface MappedRange {
  readonly key: string
  readonly before: Prefix
  readonly after: Prefix
  readonly mappings: readonly CidrMapping[]
}

function rangeOf({ key, cidr }: SourceSubnet, mappings: readonly CidrMapping[]): readonly MappedRange[] {
  const own = mappingsWithin(cidr, mappings)
  const [before, after] = [parsePrefix(cidr), parsePrefix(mapPrefix(cidr, own))]
  return before === undefined || after === undefined ? [] : [{ key, before, after, mappings: own }]
}

function notCopiedReason(
  { destination, nexthop }: StaticRoute,
  rule: PlanContext["staticRoutes"],
  ranges: readonly MappedRange[],
  via: MappedRange | undefined,
): string | undefined {
  const target = parsePrefix(destination)
  if (target === undefined || parseAddress(nexthop) === undefined) {
    return `The route ${destination} via ${nexthop} is not valid: it needs a network and an address.`
  }
  if (rule === "documented" && !ranges.some(({ after }) => containsPrefix(after, target))) {
    return `Its destination ${destination} is in none of the tenant's subnets, as the rule "documented" requires.`
  }
  if (via === undefined) return `Its next hop ${nexthop} is in no subnet that the router is connected to.`
  return undefined
}
