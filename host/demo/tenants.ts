import { makeGroups } from "./tenant-groups.ts"
import { makeNetworks, makeSubnets } from "./tenant-networks.ts"
import { makePorts } from "./tenant-ports.ts"
import { makeRouters } from "./tenant-routers.ts"
import type { TenantShape } from "./tenant-shape.ts"
import type { TenantSpec } from "./tenant-spec.ts"

export const tenantSizes = ["small", "medium", "large"] as const

export type TenantSize = (typeof tenantSizes)[number]

const shapes: Readonly<Record<TenantSize, TenantShape>> = {
  small: {
    networks: 2,
    subnets: 3,
    isolated: [2],
    gatewayless: [2],
    ipv6: [],
    routers: 1,
    shared: [],
    groups: 3,
    rules: 20,
    ports: 10,
  },
  medium: {
    networks: 10,
    subnets: 20,
    isolated: [16, 17, 18, 19],
    gatewayless: [17, 19],
    sameCidr: [17, 19],
    ipv6: [5],
    routers: 1,
    shared: [],
    groups: 21,
    rules: 204,
    ports: 50,
  },
  large: {
    networks: 20,
    subnets: 40,
    isolated: [37, 39],
    gatewayless: [37],
    sameCidr: [37, 39],
    ipv6: [5, 25],
    routers: 4,
    shared: [0, 10],
    groups: 30,
    rules: 600,
    ports: 1_000,
  },
}

/** Returns a tenant to try replication with. It is the same each time, and has a case of everything that is hard to copy. */
export function demoTenant(size: TenantSize): TenantSpec {
  const shape = shapes[size]
  const networks = makeNetworks(shape)
  const subnets = makeSubnets(shape, networks)
  const groups = makeGroups(shape, subnets)
  return {
    name: `demo-${size}`,
    description: `Demo tenant, ${size}`,
    networks,
    subnets,
    routers: makeRouters(shape, subnets),
    groups,
    ports: makePorts(shape, subnets, groups),
    quotas: quotasFor(shape),
  }
}

/** Twice what the tenant needs, because ports of routers and of DHCP and the default rules of new groups count as well. */
function quotasFor(shape: TenantShape): TenantSpec["quotas"] {
  return {
    network: 2 * shape.networks,
    subnet: 2 * shape.subnets,
    router: 2 * shape.routers,
    port: 2 * (shape.ports + shape.subnets),
    security_group: 2 * shape.groups,
    security_group_rule: 2 * (shape.rules + 2 * shape.groups),
  }
}
