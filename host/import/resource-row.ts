import { insertRef, type Queryable, type RowRef } from "../waldur/insert.ts"
import { contentTypeId } from "./content-type.ts"
import type { LiveTenant } from "./live-tenant.ts"
import type { Limits } from "./quota-rows.ts"

interface ResourceOptions {
  readonly name: string
  readonly tenantId: number
  readonly project: { readonly id: number }
  readonly offering: { readonly id: number }
  readonly plan: { readonly id: number }
  readonly limits: Limits
  readonly live: LiveTenant
}

/** Inserts the marketplace resource of the tenant, and its limits by component. */
export async function createResource(db: Queryable, options: ResourceOptions): Promise<RowRef> {
  const { name, tenantId, live, limits } = options
  const resource = await insertRef(db, "marketplace_resource", {
    name,
    description: live.project.description,
    state: 2,
    limits,
    project_id: options.project.id,
    offering_id: options.offering.id,
    plan_id: options.plan.id,
    content_type_id: await contentTypeId(db, "openstack", "tenant"),
    object_id: tenantId,
    backend_id: live.project.id,
    slug: `${name.slice(0, 8)}-${tenantId}`,
  })
  await db.query(
    `insert into marketplace_componentquota ("limit", usage, component_id, resource_id, created, modified)
     select (($1::jsonb) ->> type)::numeric, 0, id, $2, now(), now()
     from marketplace_offeringcomponent where offering_id = $3 and ($1::jsonb) ? type`,
    [JSON.stringify(limits), resource.id, options.offering.id],
  )
  return resource
}
