import type { QuotaDetails } from "../../openstack/index.ts"

/** Limit and usage of a quota; -1 is unlimited. */
export interface TenantQuota {
  readonly name: string
  readonly limit: number
  readonly used: number
}

/** What the services of a cloud show of a project; undefined: the service could not be read. */
export interface ProjectQuotas {
  readonly compute: QuotaDetails | undefined
  readonly volume: QuotaDetails | undefined
  readonly network: QuotaDetails | undefined
}

const mibPerGib = 1_024

/** Services' names of quotas, with Waldur's. */
const computeNames = { cores: "vcpu", ram: "ram", instances: "instances" }
const volumeNames = { volumes: "volumes", snapshots: "snapshots" }
const networkNames = {
  security_group: "security_group_count",
  security_group_rule: "security_group_rule_count",
  floatingip: "floating_ip_count",
  port: "port_count",
  network: "network_count",
  subnet: "subnet_count",
}

/** Beginning of the names of quotas of volume types, in Cinder and in Waldur. */
const perType = "gigabytes_"

/**
 * Returns the quotas of a tenant by Waldur's names: `ram` and `storage` in MiB, quotas of volume types in GiB. Unlimited
 * storage is -1; Waldur's pull makes it -1024. Pure.
 */
export function tenantQuotas({
  compute = {},
  volume = {},
  network = {},
}: ProjectQuotas): readonly TenantQuota[] {
  const { gigabytes } = volume
  const storage = gigabytes && {
    name: "storage",
    limit: gigabytes.limit < 0 ? -1 : gigabytes.limit * mibPerGib,
    used: gigabytes.used * mibPerGib,
  }
  const types = Object.entries(volume).filter(([name]) => name.startsWith(perType))
  return [
    ...renamed(compute, computeNames),
    ...renamed(volume, volumeNames),
    ...renamed(network, networkNames),
    ...(storage ? [storage] : []),
    ...types.map(([name, detail]) => ({ name, ...detail })),
  ]
}

function renamed(details: QuotaDetails, names: Readonly<Record<string, string>>): readonly TenantQuota[] {
  return Object.entries(names).flatMap(([own, name]) => {
    const detail = details[own]
    return detail === undefined ? [] : [{ name, ...detail }]
  })
}
