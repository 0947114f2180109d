import type { QuotaService } from "./cloud-quotas.ts"
import type { VolumeTypeMapping } from "./limits.ts"
import type { LiveOnlyParts } from "./source.ts"

type Values = Readonly<Record<string, number>>

/** Quotas of nova-network, which Nova still shows; Neutron has its own. */
const novaNetwork = ["fixed_ips", "floating_ips", "security_groups", "security_group_rules"]

/** Cinder's names of quotas of a volume type; totals have no suffix. */
const typed = /^(volumes|snapshots|gigabytes)_(.+)$/

/**
 * Returns the quotas that only the source's services show, as they apply to the destination: volume types are mapped, and
 * added up where several become one. Names that the destination does not have are ignored when quotas are set. Pure.
 */
export function liveQuotas(
  quotas: LiveOnlyParts["quotas"],
  volumeTypes: readonly VolumeTypeMapping[],
): Readonly<Record<QuotaService, Values>> {
  return {
    network: quotas.network ?? {},
    compute: Object.fromEntries(
      Object.entries(quotas.compute ?? {}).filter(([name]) => !novaNetwork.includes(name)),
    ),
    volume: volumeQuotas(quotas.volume ?? {}, volumeTypes),
  }
}

function volumeQuotas(values: Values, volumeTypes: readonly VolumeTypeMapping[]): Values {
  const mapped: Record<string, number> = {}
  for (const [name, value] of Object.entries(values)) {
    const [, what, type] = typed.exec(name) ?? []
    // `backup_gigabytes` and `per_volume_gigabytes` are not of a volume type, and do not match the pattern.
    const target =
      type === undefined ? name : `${what}_${volumeTypes.find(({ src }) => src === type)?.dst ?? type}`
    const before = mapped[target]
    mapped[target] = before === undefined ? value : before < 0 || value < 0 ? -1 : before + value
  }
  return mapped
}
