/** Waldur's default limits, for names without a limit of the tenant. */
const defaultLimits: Readonly<Record<string, number>> = {
  vcpu: 20,
  ram: 51_200, // MiB
  storage: 1_024_000, // MiB
  instances: 30,
  security_group_count: 100,
  security_group_rule_count: 100,
  floating_ip_count: 50,
  volumes: 50,
  snapshots: 50,
  network_count: 10,
  subnet_count: 10,
  port_count: -1,
  volumes_size: -1,
  snapshots_size: -1,
}

export interface Quota {
  readonly name: string
  readonly limit: number
  readonly usage: number
}

interface Amount {
  readonly name: string
  readonly value: number
}

/** Returns limits and usages by name; -1 is unlimited. */
export function showQuotas(limits: readonly Amount[], usages: readonly Amount[]): readonly Quota[] {
  const limitOf = new Map([...Object.entries(defaultLimits), ...limits.map(byName)])
  const usageOf = new Map(usages.map(byName))
  const names = new Set([...limitOf.keys(), ...usageOf.keys()])
  return Array.from(names, (name) => ({
    name,
    limit: limitOf.get(name) ?? -1,
    usage: Math.max(0, usageOf.get(name) ?? 0),
  }))
}

function byName({ name, value }: Amount): [string, number] {
  return [name, value]
}
