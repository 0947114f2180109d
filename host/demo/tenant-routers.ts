import type { TenantShape } from "./tenant-shape.ts"
import type { InterfaceSpec, RouterSpec, RouteSpec, SubnetSpec } from "./tenant-spec.ts"

/** Distributes the connected subnets evenly over the routers. The last of several routers has no external gateway. */
export function makeRouters(shape: TenantShape, subnets: readonly SubnetSpec[]): RouterSpec[] {
  const connected = subnets.filter((_, index) => !shape.isolated.includes(index))
  const perRouter = Math.ceil((connected.length + shape.shared.length) / shape.routers)
  return Array.from({ length: shape.routers }, (_, index) => {
    const own = connected.slice(index * perRouter, (index + 1) * perRouter)
    const last = index === shape.routers - 1
    return {
      key: `router-${index}`,
      name: index === 0 ? "edge" : `edge-${index}`,
      description: index % 2 === 0 ? `Router ${index}` : "",
      hasGateway: shape.routers === 1 || !last,
      interfaces: [
        ...own.map((subnet) => ({ subnet: subnet.key })),
        ...(last ? sharedInterfaces(shape) : []),
      ],
      routes: routesThrough(own),
    }
  })
}

function sharedInterfaces({ shared }: TenantShape): InterfaceSpec[] {
  return shared.map((index) => ({ subnet: `subnet-${index}`, ipAddress: `10.20.${4 * index}.2` }))
}

/** Next hops are hosts of a connected subnet; destinations are inside connected subnets and elsewhere. */
function routesThrough(subnets: readonly SubnetSpec[]): RouteSpec[] {
  const [first, second] = subnets.map((subnet) => subnet.cidr.replace(/\.\d+\/.*$/, ""))
  if (first === undefined || second === undefined) return []
  return [
    { destination: `${second}.128/25`, nexthop: `${first}.9` },
    { destination: "172.31.0.0/16", nexthop: `${first}.10` },
    { destination: "203.0.113.7/32", nexthop: `${second}.10` },
  ]
}
