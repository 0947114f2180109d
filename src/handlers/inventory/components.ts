import { sql } from "kysely"
import { bool, id, int, nullable, type Table, uuid, varchar } from "../../models/columns.ts"
import { contentTypeId } from "../../models/content-types.ts"
import type { Trx } from "../../models/database.ts"
import type { NewTenantRows } from "../destination.ts"

/** Every column of a component of an offering. */
export const marketplace_offeringcomponent = {
  id,
  uuid,
  description: varchar,
  article_code: varchar,
  name: varchar,
  type: varchar,
  measured_unit: varchar,
  billing_type: varchar,
  limit_period: nullable(varchar),
  limit_amount: nullable(int),
  max_value: nullable(int),
  min_value: nullable(int),
  max_available_limit: nullable(int),
  default_limit: nullable(int),
  offering_id: int,
  parent_id: nullable(int),
  content_type_id: nullable(int),
  object_id: nullable(int),
  is_boolean: bool,
  backend_id: varchar,
} as const satisfies Table

/**
 * Inserts the components by which volumes of each type are billed, where the offering bills each volume type by itself. A
 * component that exists stays as its provider has set it.
 * @returns the ids of the new components
 */
export async function insertTypeComponents(
  trx: Trx,
  { settingsId, tenantId, resourceId }: NewTenantRows,
): Promise<readonly number[]> {
  const settingsType = await contentTypeId(trx, "structure", "servicesettings")
  const volumeType = await contentTypeId(trx, "openstack", "volumetype")
  const { rows } = await sql<{ id: number }>`
    insert into marketplace_offeringcomponent (
      uuid, description, article_code, name, type, measured_unit, billing_type, limit_period, limit_amount, max_value,
      min_value, max_available_limit, default_limit, offering_id, parent_id, content_type_id, object_id, is_boolean, backend_id)
    select gen_random_uuid(), type.description, '', left('Storage (' || type.name || ')', 150), 'gigabytes_' || type.name, 'GB',
      'limit', 'month', null, null, null, null, null, offering.id, null, ${volumeType}::int, type.id, false, ''
    from marketplace_resource resource join marketplace_offering offering on offering.id = resource.offering_id
      cross join openstack_volumetype type
      join openstack_volumetype_tenants link on link.volumetype_id = type.id and link.tenant_id = ${tenantId}
    where resource.id = ${resourceId} and offering.plugin_options ->> 'storage_mode' = 'dynamic'
      and offering.content_type_id = ${settingsType} and offering.object_id = ${settingsId}
      and length('gigabytes_' || type.name) <= 50
    order by type.id
    on conflict (type, offering_id) do nothing
    returning id`.execute(trx)
  return rows.map(({ id }) => id)
}
