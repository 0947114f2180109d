import { makeGroups } from "./tenant-groups.ts"
import { makeNetworks, makeSubnets } from "./tenant-networks.ts"
import { makePorts } from "./tenant-ports.ts"
import { makeRouters } from "./tenant-routers.ts"
import type { TenantSpec } from "./tenant-spec.ts"

export type TenantSize = "small" | "medium" | "large"

/** What a size is made of. Interfaces, instances and the rest follow from it. */
export interface Shape {
  readonly networks: number
  readonly subnets: number
  /** Indexes of the subnets that no router leads to. */
  readonly isolated: readonly number[]
  /** Two of the isolated subnets that have the same CIDR. */
  readonly twins?: readonly [number, number]
  /** Indexes of the subnets without a gateway. */
  readonly gatewayless: readonly number[]
  /** Indexes of the IPv6 subnets. */
  readonly ipv6: readonly number[]
  readonly routers: number
  /** Indexes of the subnets that the last router leads to as well, on an address of its own. */
  readonly shared: readonly number[]
  readonly groups: number
  readonly rules: number
  readonly ports: number
}

const shapes: Readonly<Record<TenantSize, Shape>> = {
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
    twins: [17, 19],
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
    twins: [37, 39],
    ipv6: [5, 25],
    routers: 4,
    shared: [0, 10],
    groups: 30,
    rules: 600,
    ports: 1_000,
  },
}

/** A tenant to try replication with: the same each time, and of everything that is hard to copy it has some. */
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

/** Twice what is needed: routers, DHCP and the cloud's own rules for new groups take their share. */
function quotasFor(shape: Shape): TenantSpec["quotas"] {
  return {
    network: 2 * shape.networks,
    subnet: 2 * shape.subnets,
    router: 2 * shape.routers,
    port: 2 * (shape.ports + shape.subnets),
    security_group: 2 * shape.groups,
    security_group_rule: 2 * (shape.rules + 2 * shape.groups),
  }
}
