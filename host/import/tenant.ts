import { randomBytes } from "node:crypto"
import type { Cloud } from "../../src/openstack/index.ts"
import { insertRef, insertRows, type Queryable, type RowRef } from "../waldur/insert.ts"
import { type LiveTenant, readLiveTenant } from "./live-tenant.ts"
import { importGroups, importNetworks, importRouters, importSubnets, type Owner } from "./network-rows.ts"
import { importPorts } from "./port-rows.ts"
import { type Limits, quotaRows, usageRows } from "./quota-rows.ts"
import { createResource } from "./resource-row.ts"

export interface ImportOptions {
  /** OpenStack's id of the project. */
  readonly projectId: string
  readonly settingsId: number
  /** Waldur's project that will own the tenant. */
  readonly project: { readonly id: number }
  readonly offering: { readonly id: number }
  readonly plan: { readonly id: number }
  /** What the customer ordered, e.g. `{ cores: 8, ram: 16384, gigabytes_ssd: 50 }`. */
  readonly limits: Limits
  /** @default the name of OpenStack's project */
  readonly name?: string
  /** Names of instances by their ids. @default derived from the id */
  readonly instances?: Readonly<Record<string, string>>
}

export interface ImportedTenant {
  readonly name: string
  readonly tenantId: number
  readonly tenantUuid: string
  readonly resourceId: number
  /** A valid `src_resource`. */
  readonly resourceUuid: string
  readonly networkUuids: readonly string[]
}

/**
 * Writes the rows that Waldur has after it imported a project: the tenant with its networks, ports and so on in state OK,
 * and its marketplace resource.
 */
export async function importTenant(
  db: Queryable,
  cloud: Cloud,
  options: ImportOptions,
): Promise<ImportedTenant> {
  const live = await readLiveTenant(cloud, options.projectId)
  const name = options.name ?? live.project.name
  const tenant = await insertTenant(db, live, options, name)
  const owner: Owner = {
    tenant_id: tenant.id,
    project_id: options.project.id,
    service_settings_id: options.settingsId,
  }
  const networks = await importNetworks(db, live, owner)
  const subnets = await importSubnets(db, live, owner, networks)
  const groups = await importGroups(db, live, owner)
  await importRouters(db, live, owner)
  await importPorts(db, live, owner, { networks, subnets, groups, instances: options.instances ?? {} })
  await insertRows(db, "quotas_quotalimit", await quotaRows(db, live, tenant.id, options.limits))
  await insertRows(db, "quotas_quotausage", await usageRows(db, live, tenant.id))
  await linkVolumeTypes(db, tenant.id, options.settingsId)
  const resource = await createResource(db, { ...options, name, tenantId: tenant.id, live })
  return {
    name,
    tenantId: tenant.id,
    tenantUuid: tenant.uuid,
    resourceId: resource.id,
    resourceUuid: resource.uuid,
    networkUuids: Array.from(networks.values(), ({ uuid }) => uuid),
  }
}

function insertTenant(
  db: Queryable,
  live: LiveTenant,
  options: ImportOptions,
  name: string,
): Promise<RowRef> {
  const gateway = live.routers.find((router) => router.external_gateway_info)?.external_gateway_info
  return insertRef(db, "openstack_tenant", {
    name,
    description: live.project.description,
    state: 3,
    backend_id: live.project.id,
    project_id: options.project.id,
    service_settings_id: options.settingsId,
    internal_network_id: live.networks[0]?.id ?? "",
    external_network_id: gateway?.network_id ?? "",
    user_username: `${name.slice(0, 25)}-user-${randomBytes(2).toString("hex")}`,
    user_password: randomBytes(8).toString("hex"),
    action_details: "{}",
  })
}

async function linkVolumeTypes(db: Queryable, tenantId: number, settingsId: number): Promise<void> {
  await db.query(
    `insert into openstack_volumetype_tenants (volumetype_id, tenant_id)
     select id, $1 from openstack_volumetype where settings_id = $2`,
    [tenantId, settingsId],
  )
}
