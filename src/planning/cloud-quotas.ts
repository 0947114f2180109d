import type { SourceTenant } from "./source.ts"

export type QuotaService = "network" | "compute" | "volume"

/** Quotas of one service, by the service's own names; -1 is unlimited. */
export interface ServiceQuota {
  readonly service: QuotaService
  readonly values: Readonly<Record<string, number>>
  /** What the plan needs. A lower quota is raised to it; see `quotasToSet`. */
  readonly needed: Readonly<Record<string, number>>
  /** Quotas of the live source, for names that `values` lacks. */
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

/** Returns the tenant's quotas (Waldur's names; `ram` and `storage` in MiB) by the names of each service. */
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

/** Returns how many objects of each type the plan creates in the project, by Neutron's names. */
export function neededNetworkQuota(
  source: SourceTenant,
  withPorts: boolean,
): Readonly<Record<string, number>> {
  const interfaces = source.routers.reduce((sum, router) => sum + router.interfaces.length, 0)
  // The port of the DHCP agent in each network counts as the tenant's, too.
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
    // The default rules of a group (two; of the default group four) count until they are deleted.
    security_group_rule: rules + 2 * groups + 4,
  }
}

/** Factor on what the plan needs if the source has no quota: a fifth stays free. */
const spareFactor = 1.2

/**
 * Returns the quotas to set in a service. A quota of the source is raised to what the plan needs, if it is lower. If the
 * source has none and the service's own quota is lower than the need, it becomes the need and a fifth. Names that the
 * service does not have are not set.
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
    else if (isBelow(actual[name], need)) set[name] = Math.ceil(need * spareFactor)
  }
  return set
}

function isBelow(quota: number | undefined, need: number): boolean {
  return quota !== undefined && quota >= 0 && quota < need
}
