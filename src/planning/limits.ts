/** Limits of a marketplace resource: `cores`, `ram` and `storage` in MiB, `gigabytes_<volume type>` in GiB. */
export type Limits = Readonly<Record<string, number>>

/** A volume type of the source and the corresponding one of the destination, by name. */
export interface VolumeTypeMapping {
  readonly src: string
  readonly dst: string
}

export interface LimitsPlan {
  readonly limits: Limits
  /** Limits of the source that the destination cannot have. */
  readonly omitted: readonly { readonly name: string; readonly value: number; readonly reason: string }[]
}

const perType = "gigabytes_"

/**
 * Returns the limits of the destination resource. All limits are kept; those of mapped volume types are added up by the
 * destination's name. An unmapped type keeps its name if the destination has such a type, otherwise it is omitted. -1 is
 * unlimited, also in a sum. Pure.
 */
export function planLimits(
  source: Readonly<Record<string, number | null>>,
  mappings: readonly VolumeTypeMapping[],
  destinationTypes: readonly string[],
): LimitsPlan {
  const limits: Record<string, number> = {}
  const omitted: { name: string; value: number; reason: string }[] = []
  for (const [name, value] of Object.entries(source)) {
    if (value === null) continue
    const type = name.startsWith(perType) ? name.slice(perType.length) : undefined
    const target = type === undefined ? name : (mappings.find(({ src }) => src === type)?.dst ?? type)
    if (type !== undefined && !destinationTypes.includes(target)) {
      omitted.push({
        name,
        value,
        reason: `The destination has no volume type "${target}", and the request maps it to no other type.`,
      })
      continue
    }
    const key = type === undefined ? name : perType + target
    limits[key] = add(limits[key], value)
  }
  return { limits, omitted }
}

function add(a: number | undefined, b: number): number {
  if (a === undefined) return b
  return a < 0 || b < 0 ? -1 : a + b
}

/** What the quotas of a destination tenant are made from, besides its limits. */
export interface QuotaSources {
  /** Quotas of the source tenant, by Waldur's names. */
  readonly source: Readonly<Record<string, number>>
  /** Names of the destination's volume types. */
  readonly destinationTypes: readonly string[]
  /** @default none */
  readonly mappings?: readonly VolumeTypeMapping[]
  /** Limits of the source that the destination cannot have. @default none */
  readonly omitted?: LimitsPlan["omitted"]
}

/**
 * Returns the quotas of the destination tenant, by Waldur's names. If there are limits per volume type, a type without
 * one gets 0, and `storage` (MiB) is their sum, as in Waldur; a type that is unlimited at the source (often
 * `__DEFAULT__`) stays unlimited within that sum. Counts are copied from the source tenant. Pure.
 */
export function tenantQuotas(
  limits: Limits,
  { source, destinationTypes, mappings = [], omitted = [] }: QuotaSources,
): Readonly<Record<string, number>> {
  const quotas: Record<string, number> = {}
  if (limits.cores !== undefined) quotas.vcpu = limits.cores
  if (limits.ram !== undefined) quotas.ram = limits.ram
  if (limits.storage !== undefined) quotas.storage = limits.storage
  const typed = Object.entries(limits).filter(([name]) => name.startsWith(perType))
  if (typed.length > 0 || omitted.some(({ name }) => name.startsWith(perType))) {
    for (const type of destinationTypes) quotas[perType + type] = 0
    for (const name of unlimitedTypes(source, mappings)) if (name in quotas) quotas[name] = -1
    for (const [name, value] of typed) quotas[name] = value
    quotas.storage = typed.some(([, value]) => value < 0)
      ? -1
      : 1024 * typed.reduce((sum, [, value]) => sum + value, 0)
  }
  for (const name of countQuotas) {
    const value = source[name]
    if (value !== undefined) quotas[name] = value
  }
  return Object.fromEntries(Object.entries(quotas).map(([name, value]) => [name, Math.round(value)]))
}

/** Returns the destination's names of the quotas of volume types that are unlimited at the source. */
function unlimitedTypes(
  source: Readonly<Record<string, number>>,
  mappings: readonly VolumeTypeMapping[],
): readonly string[] {
  return Object.entries(source).flatMap(([name, value]) => {
    if (!name.startsWith(perType) || value >= 0) return []
    const type = name.slice(perType.length)
    return perType + (mappings.find(({ src }) => src === type)?.dst ?? type)
  })
}

/** Waldur's names of the quotas that are copied from the source tenant. */
const countQuotas = [
  "instances",
  "volumes",
  "snapshots",
  "security_group_count",
  "security_group_rule_count",
  "network_count",
  "subnet_count",
  "port_count",
  "floating_ip_count",
] as const

/**
 * Waldur's defaults (TenantQuotas) for quotas of a tenant without a row. Quotas that Waldur does not push to the cloud
 * have no entry: their real value is the default of the cloud.
 */
export const quotaDefaults: Readonly<Record<string, number>> = {
  vcpu: 20,
  ram: 51_200,
  storage: 1_024_000,
  instances: 30,
  volumes: 50,
  snapshots: 50,
  security_group_count: 100,
  security_group_rule_count: 100,
}
