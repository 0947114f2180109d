import { tenantQuotas } from "../../src/handlers/usages/quotas.ts"
import type { Queryable, Row } from "../waldur/insert.ts"
import { contentTypeId } from "./content-type.ts"
import type { LiveTenant } from "./live-tenant.ts"

export type Limits = Readonly<Record<string, number>>

const MIB_PER_GIB = 1_024

/** Returns the tenant's limits by Waldur's names, ram and storage in MiB: those that the customer ordered, else the cloud's quotas. */
export async function quotaRows(
  db: Queryable,
  { quotas }: LiveTenant,
  tenantId: number,
  limits: Limits,
): Promise<Row[]> {
  const { network, compute, volume } = quotas
  const typed = Object.entries(limits).filter(([name]) => name.startsWith("gigabytes_"))
  const ordered = typed.reduce((sum, [, gigabytes]) => sum + gigabytes, 0) * MIB_PER_GIB
  const values: Record<string, number | undefined> = {
    vcpu: limits.cores ?? compute.cores,
    ram: limits.ram ?? compute.ram,
    storage: limits.storage ?? (typed.length > 0 ? ordered : toMib(volume.gigabytes)),
    instances: compute.instances,
    volumes: volume.volumes,
    snapshots: volume.snapshots,
    security_group_count: network.security_group,
    security_group_rule_count: network.security_group_rule,
    floating_ip_count: network.floatingip,
    network_count: network.network,
    subnet_count: network.subnet,
    port_count: network.port,
    ...Object.fromEntries(typed),
  }
  const type = await contentTypeId(db, "openstack", "tenant")
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : { name, value, content_type_id: type, object_id: tenantId },
  )
}

/** Returns the tenant's usages, without those that are 0, as Waldur's pull of quotas writes them for a tenant without any. */
export async function usageRows(db: Queryable, { usages }: LiveTenant, tenantId: number): Promise<Row[]> {
  const type = await contentTypeId(db, "openstack", "tenant")
  return tenantQuotas(usages)
    .filter(({ used }) => used > 0)
    .map(({ name, used }) => ({ name, delta: used, content_type_id: type, object_id: tenantId }))
}

function toMib(gigabytes: number | undefined): number | undefined {
  return gigabytes === undefined || gigabytes < 0 ? gigabytes : gigabytes * MIB_PER_GIB
}
