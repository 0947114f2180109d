import { sql } from "kysely"
import { jsonArrayFrom } from "kysely/helpers/postgres"
import { parseJson } from "../../src/models/json.ts"
import { hex } from "../../src/models/uuid.ts"
import { labelOf, resourceLabels } from "./codes.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contentType, givenOrNull, withoutSecrets } from "./forms.ts"
import { openstackColumns, openstackFilters, showOpenstack } from "./owned.ts"
import { isBilledBy } from "./resources.ts"
import type { HostDb } from "./tables.ts"
import { showQuotas } from "./tenant-quotas.ts"
import { inOwnProject } from "./visible.ts"

const path = "openstack-tenants"
const model = contentType("openstack", "tenant")

function select(db: HostDb) {
  return db
    .selectFrom("openstack_tenant as row")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.service_settings_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .leftJoin("marketplace_resource as resource", (join) =>
      join.onRef("resource.object_id", "=", "row.id").on("resource.content_type_id", "=", model),
    )
    .leftJoin("marketplace_offering as offering", "offering.id", "resource.offering_id")
    .leftJoin("marketplace_plan as plan", "plan.id", "resource.plan_id")
    .leftJoin("marketplace_category as category", "category.id", "offering.category_id")
    .select(openstackColumns())
    .select(["row.external_network_id", "row.internal_network_id", "row.availability_zone"])
    .select(["row.default_volume_type_name", "row.user_username", "settings.options"])
    .select(["resource.uuid as resource_uuid", "resource.state as resource_state"])
    .select([
      "offering.uuid as offering_uuid",
      "offering.name as offering_name",
      "offering.type as offering_type",
    ])
    .select(["offering.plugin_options", "plan.uuid as plan_uuid"])
    .select(["category.uuid as category_uuid", "category.title as category_title"])
    .select([isBilledBy("usage").as("is_usage_based"), isBilledBy("limit").as("is_limit_based")])
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom("quotas_quotalimit as quota")
          .select(["quota.name", sql<number>`quota.value`.as("value")])
          .whereRef("quota.object_id", "=", "row.id")
          .where("quota.content_type_id", "=", model)
          .orderBy("quota.id"),
      ).as("limits"),
      jsonArrayFrom(
        eb
          .selectFrom("quotas_quotausage as quota")
          .select(["quota.name", sql<number>`sum(quota.delta)::int8`.as("value")])
          .whereRef("quota.object_id", "=", "row.id")
          .where("quota.content_type_id", "=", model)
          .groupBy("quota.name"),
      ).as("usages"),
    ])
}

type TenantRow = RowsOf<typeof select>

/** All fields of a tenant except its password. */
function showTenant(row: TenantRow, view: View): Shown {
  const { access_url } = parseJson<{ readonly access_url?: string }>(row.options, {})
  return {
    ...showOpenstack(path, row, view),
    external_network_id: row.external_network_id,
    internal_network_id: row.internal_network_id,
    availability_zone: row.availability_zone,
    default_volume_type_name: row.default_volume_type_name,
    user_username: row.user_username,
    access_url,
    quotas: showQuotas(row.limits, row.usages),
    marketplace_offering_uuid: givenOrNull(row.offering_uuid, hex),
    marketplace_offering_name: row.offering_name,
    marketplace_offering_type: row.offering_type,
    marketplace_offering_plugin_options: givenOrNull(row.plugin_options, withoutSecrets),
    marketplace_category_uuid: givenOrNull(row.category_uuid, hex),
    marketplace_category_name: row.category_title,
    marketplace_resource_uuid: givenOrNull(row.resource_uuid, hex),
    marketplace_plan_uuid: givenOrNull(row.plan_uuid, hex),
    marketplace_resource_state: givenOrNull(row.resource_state, (code) => labelOf(resourceLabels, code)),
    is_usage_based: row.is_usage_based,
    is_limit_based: row.is_limit_based,
  }
}

export const tenants = endpoint({
  path,
  model: "Tenant",
  select,
  visible: inOwnProject,
  filters: openstackFilters,
  order: "row.name",
  show: showTenant,
})
