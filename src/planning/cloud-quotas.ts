import type { SourceTenant } from "./source.ts"

export type QuotaService = "network" | "compute" | "volume"

/** Quotas of one service by the service's own names; -1 is unlimited, 0 is none. */
export interface ServiceQuota {
  readonly service: QuotaService
  readonly values: Readonly<Record<string, number>>
  /** What the plan itself needs. A quota that is lower is raised to it; see `quotasToSet`. */
  readonly needed: Readonly<Record<string, number>>
  /** What only the live source told, for names that `values` lacks. */
  readonly live?: Readonly<Record<string, number>>
}

const networkNames: Readonly<Record<string, string>> = {
  network_count: "network",
  subnet_count: "subnet",
  port_count: "port",
  floating_ip_count: "floatingip",
  security_group_count: "security_group",
  security_group_rule_count: "security_group_rule",
}

/** The tenant's quotas (Waldur's names: MiB for `ram` and `storage`) as each service names them. */
export function cloudQuotas(
  quotas: Readonly<Record<string, number>>,
  needed: Readonly<Record<string, number>>,
): readonly ServiceQuota[] {
  const volume: Record<string, number> = pick(quotas, { volumes: "volumes", snapshots: "snapshots" })
  if (quotas.storage !== undefined) {
    volume.gigabytes = quotas.storage < 0 ? -1 : Math.ceil(quotas.storage / 1024)
  }
  for (const [name, value] of Object.entries(quotas)) if (name.startsWith("gigabytes_")) volume[name] = value
  const compute = pick(quotas, { instances: "instances", vcpu: "cores", ram: "ram" })
  return [
    { service: "network", values: pick(quotas, networkNames), needed },
    { service: "compute", values: compute, needed: {} },
    { service: "volume", values: volume, needed: {} },
  ]
}

function pick(
  from: Readonly<Record<string, number>>,
  names: Readonly<Record<string, string>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([waldur, own]) => {
      const value = from[waldur]
      return value === undefined ? [] : [[own, value]]
    }),
  )
}

/** How many of each the plan puts into the project, by Neutron's names. */
export function neededNetworkQuota(
  source: SourceTenant,
  withPorts: boolean,
): Readonly<Record<string, number>> {
  const interfaces = source.routers.reduce((sum, router) => sum + router.interfaces.length, 0)
  // The DHCP agent's port of a network is the tenant's too.
  const dhcp = new Set(source.subnets.filter((subnet) => subnet.enableDhcp).map((subnet) => subnet.network))
    .size
  const groups = source.securityGroups.length
  const rules = source.securityGroups.reduce((sum, group) => sum + group.rules.length, 0)
  return {
    network: source.networks.length,
    subnet: source.subnets.length,
    router: source.routers.length,
    port: interfaces + dhcp + (withPorts ? source.ports.length : 0),
    ...(source.live && { rbac_policy: source.live.rbacPolicies.length }),
    security_group: Math.max(groups, 1),
    // A group is born with rules of its own (two, the default group four), which count until they are removed.
    security_group_rule: rules + 2 * groups + 4,
  }
}

/** Room that is left above what the plan needs, where the source tells no quota: a fifth. */
const spare = 1.2

/**
 * The values that a service shall hold: what the source says, raised to what the plan needs; where the source says
 * nothing, what the service has, raised to the need and a fifth. A name that the service lacks cannot be set.
 */
export function quotasToSet(
  { values, needed, live = {} }: Pick<ServiceQuota, "values" | "needed" | "live">,
  actual: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const known = Object.entries(live).filter(([name]) => name in actual)
  const set: Record<string, number> = { ...Object.fromEntries(known), ...values }
  for (const [name, need] of Object.entries(needed)) {
    const own = set[name]
    if (own !== undefined) set[name] = own < 0 ? own : Math.max(own, need)
    else if (short(actual[name], need)) set[name] = Math.ceil(need * spare)
  }
  return set
}

function short(has: number | undefined, need: number): boolean {
  return has !== undefined && has >= 0 && has < need
}
