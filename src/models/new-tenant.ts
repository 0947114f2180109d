import { randomUUID } from "node:crypto"
import { ResourceState } from "./codes.ts"
import { contentTypeId } from "./content-types.ts"
import { slugify } from "./credentials.ts"
import type { Trx } from "./database.ts"
import { newRow } from "./rows.ts"

export interface NewTenant {
  readonly now: Date
  readonly projectId: number
  readonly settingsId: number
  readonly name: string
  readonly description: string
  readonly username: string
  readonly password: string
  readonly uuid: string
}

/** Inserts the row of a tenant that is not in the cloud yet. Its backend_id is null: Waldur keeps it unique within a cloud. */
export async function insertTenant(trx: Trx, tenant: NewTenant): Promise<number> {
  const { id } = await trx
    .insertInto("openstack_tenant")
    .values({
      ...newRow(tenant, tenant.name, tenant.description),
      uuid: tenant.uuid,
      runtime_state: "",
      backend_id: null,
      internal_network_id: "",
      external_network_id: "",
      availability_zone: "",
      user_username: tenant.username,
      user_password: tenant.password,
      default_volume_type_name: "",
      action: "",
      action_details: "{}",
      task_id: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow()
  return id
}

/** Inserts the quotas of a tenant, one row for each name; 0 allows none, -1 is unlimited. */
export async function insertTenantQuotas(
  trx: Trx,
  tenantId: number,
  quotas: Readonly<Record<string, number>>,
): Promise<void> {
  const type = await contentTypeId(trx, "openstack", "tenant")
  const rows = Object.entries(quotas).map(([name, value]) => ({
    name,
    value,
    object_id: tenantId,
    content_type_id: type,
  }))
  if (rows.length > 0) await trx.insertInto("quotas_quotalimit").values(rows).execute()
}

export interface NewResource {
  readonly now: Date
  readonly projectId: number
  readonly offeringId: number
  readonly planId: number
  readonly tenantId: number
  readonly name: string
  readonly description: string
  readonly limits: Readonly<Record<string, number>>
}

/** Returns every column of a new marketplace resource whose scope is the tenant. */
export async function resourceRow(trx: Trx, resource: NewResource) {
  return {
    created: resource.now,
    modified: resource.now,
    uuid: randomUUID(),
    name: resource.name,
    description: resource.description,
    slug: await resourceSlug(trx, resource.name),
    object_id: resource.tenantId,
    content_type_id: await contentTypeId(trx, "openstack", "tenant"),
    offering_id: resource.offeringId,
    plan_id: resource.planId,
    project_id: resource.projectId,
    limits: JSON.stringify(resource.limits),
    state: ResourceState.CREATING,
    attributes: "{}",
    backend_metadata: "{}",
    current_usages: "{}",
    backend_id: "",
    effective_id: "",
    error_message: "",
    error_traceback: "",
    cost: null,
    report: null,
    end_date: null,
    parent_id: null,
    end_date_requested_by_id: null,
    options: null,
    downscaled: false,
    restrict_member_access: false,
    paused: false,
  }
}

/** Waldur's slug: 8 characters of the slugified name, `-`, and the next free number. */
async function resourceSlug(trx: Trx, name: string): Promise<string> {
  const head = slugify(name).slice(0, 8)
  const taken = await trx
    .selectFrom("marketplace_resource")
    .select("slug")
    .where("slug", "like", `${head.replace(/[\\%_]/g, "\\$&")}-%`)
    .execute()
  const numbers = taken.map(({ slug }) => Number(slug.slice(head.length + 1))).filter(Number.isInteger)
  return `${head}-${1 + Math.max(0, ...numbers)}`
}
