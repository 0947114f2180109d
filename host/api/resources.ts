import { sql } from "kysely"
import { tenantOffering } from "../../src/models/codes.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { labelOf, offeringLabels, resourceLabels } from "./codes.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { anyLabel, contains, exactly, ofUuid, uuid, uuids } from "./filters.ts"
import { contentType, dateText, given, givenOrNull, withoutSecrets } from "./forms.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("marketplace_resource as row")
    .innerJoin("marketplace_offering as offering", "offering.id", "row.offering_id")
    .innerJoin("marketplace_category as category", "category.id", "offering.category_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .leftJoin("structure_customer as provider", "provider.id", "offering.customer_id")
    .leftJoin("marketplace_plan as plan", "plan.id", "row.plan_id")
    .leftJoin("marketplace_resource as parent", "parent.id", "row.parent_id")
    .leftJoin("openstack_tenant as tenant", (join) =>
      join
        .onRef("tenant.id", "=", "row.object_id")
        .on("row.content_type_id", "=", contentType("openstack", "tenant")),
    )
    .leftJoin("structure_servicesettings as settings", "settings.id", "tenant.service_settings_id")
    .select(["row.id", "row.uuid", "row.name", "row.description", "row.state", "row.limits", "row.slug"])
    .select(["row.backend_id", "row.error_message", "row.error_traceback", "row.offering_id"])
    .select([
      "row.attributes",
      "row.backend_metadata",
      "row.current_usages",
      "row.effective_id",
      "row.options",
    ])
    .select(["row.paused", "row.downscaled", "row.restrict_member_access", "row.report"])
    .select([dateText<string | null>("row.end_date").as("end_date"), usageOfMonth.as("limit_usage")])
    .select([endpointsOf.as("endpoints"), "category.uuid as category_uuid", "category.icon as category_icon"])
    .select([timeText("row.created").as("created"), timeText("row.modified").as("modified")])
    .select(["offering.uuid as offering_uuid", "offering.name as offering_name", "offering.type"])
    .select(["offering.slug as offering_slug", "offering.state as offering_state", "offering.plugin_options"])
    .select(["offering.description as offering_description", "offering.shared as offering_shared"])
    .select(["offering.billable as offering_billable", "offering.thumbnail as offering_thumbnail"])
    .select(["offering.image as offering_image", "settings.uuid as settings_uuid"])
    .select(["plan.uuid as plan_uuid", "plan.name as plan_name", "category.title as category_title"])
    .select(["plan.unit as plan_unit", "plan.description as plan_description"])
    .select([
      "provider.uuid as provider_uuid",
      "provider.name as provider_name",
      "provider.slug as provider_slug",
    ])
    .select(["project.description as project_description", "project.slug as project_slug"])
    .select([dateText<string | null>("project.end_date").as("project_end_date")])
    .select(["project.uuid as project_uuid", "project.name as project_name"])
    .select(["customer.uuid as customer_uuid", "customer.name as customer_name"])
    .select(["customer.slug as customer_slug", "parent.name as parent_name"])
    .select(["parent.uuid as parent_uuid", "tenant.id as tenant_id", "tenant.uuid as tenant_uuid"])
    .select([isBilledBy("usage").as("is_usage_based"), isBilledBy("limit").as("is_limit_based")])
}

/** This month's usages by component. */
const usageOfMonth = sql<Readonly<Record<string, number>>>`(
  select coalesce(json_object_agg(used.type, used.usage), '{}')
  from (
    select component.type, sum(usage.usage) as usage
    from marketplace_componentusage as usage
      join marketplace_offeringcomponent as component on component.id = usage.component_id
    where usage.resource_id = row.id and usage.billing_period = date_trunc('month', now() at time zone 'UTC')::date
    group by component.type) as used)`

const endpointsOf = sql<readonly { readonly uuid: string; readonly name: string; readonly url: string }[]>`(
  select coalesce(json_agg(json_build_object('uuid', access.uuid, 'name', access.name, 'url', access.url)), '[]')
  from marketplace_resourceaccessendpoint as access where access.resource_id = row.id)`

/** Whether the joined `offering` has a component that is billed in a certain way. */
export function isBilledBy(billing: string) {
  return sql<boolean>`exists (
    select from marketplace_offeringcomponent as component
    where component.offering_id = offering.id and component.billing_type = ${billing})`
}

type ResourceRow = RowsOf<typeof select>

function showResource(row: ResourceRow, view: View): Shown {
  return {
    url: view.url("marketplace-resources", row.uuid),
    uuid: hex(row.uuid),
    name: row.name,
    description: row.description,
    slug: row.slug,
    state: labelOf(resourceLabels, row.state),
    created: row.created,
    modified: row.modified,
    offering: view.url("marketplace-public-offerings", row.offering_uuid),
    offering_uuid: hex(row.offering_uuid),
    offering_name: row.offering_name,
    offering_type: row.type,
    ...showOfferingOf(row),
    category_title: row.category_title,
    category_uuid: hex(row.category_uuid),
    category_icon: row.category_icon ?? undefined,
    plan_unit: row.plan_unit,
    plan_description: row.plan_description,
    plan: given(row.plan_uuid, (uuid) => view.url("marketplace-plans", uuid)),
    plan_uuid: givenOrNull(row.plan_uuid, hex),
    plan_name: row.plan_name,
    limits: row.limits,
    limit_usage: row.limit_usage,
    current_usages: row.current_usages,
    end_date: row.end_date,
    endpoints: row.endpoints.map(({ uuid, name, url }) => ({ uuid: hex(uuid), name, url })),
    attributes: withoutSecrets(row.attributes),
    backend_metadata: row.backend_metadata,
    options: row.options,
    report: row.report,
    effective_id: row.effective_id,
    paused: row.paused,
    downscaled: row.downscaled,
    restrict_member_access: row.restrict_member_access,
    ...noMembers,
    scope: given(row.tenant_uuid, (uuid) => view.url("openstack-tenants", uuid)),
    resource_uuid: givenOrNull(row.tenant_uuid, hex),
    resource_type: givenOrNull(row.tenant_uuid, () => tenantOffering),
    backend_id: row.backend_id,
    project: view.url("projects", row.project_uuid),
    project_uuid: hex(row.project_uuid),
    project_name: row.project_name,
    project_slug: row.project_slug,
    project_description: row.project_description,
    project_end_date: row.project_end_date,
    project_end_date_requested_by: null,
    customer_slug: row.customer_slug,
    customer_uuid: hex(row.customer_uuid),
    customer_name: row.customer_name,
    parent_name: row.parent_name ?? undefined,
    service_settings_uuid: given(row.settings_uuid, hex),
    parent_uuid: given(row.parent_uuid, hex),
    is_usage_based: row.is_usage_based,
    is_limit_based: row.is_limit_based,
    error_message: row.error_message,
    error_traceback: view.staff ? row.error_traceback : "",
  }
}

function showOfferingOf(row: ResourceRow): Shown {
  return {
    offering_slug: row.offering_slug,
    offering_state: labelOf(offeringLabels, row.offering_state),
    offering_description: row.offering_description,
    offering_shared: row.offering_shared,
    offering_billable: row.offering_billable,
    offering_thumbnail: row.offering_thumbnail ?? undefined,
    offering_image: row.offering_image ?? undefined,
    offering_plugin_options: withoutSecrets(row.plugin_options),
    provider_uuid: givenOrNull(row.provider_uuid, hex),
    provider_name: row.provider_name,
    provider_slug: row.provider_slug,
  }
}

/** Fields of actions and accounts that this host does not have. */
const noMembers = {
  username: "",
  available_actions: [],
  can_terminate: false,
  order_in_progress: null,
  creation_order: null,
  end_date_requested_by: null,
} as const

export const resources = endpoint({
  path: "marketplace-resources",
  model: "Resource",
  select,
  visible: inOwnProject,
  filters: {
    name: contains("row.name"),
    name_exact: exactly("row.name"),
    query: contains("row.name", "row.slug", "row.backend_id"),
    slug: exactly("row.slug"),
    backend_id: exactly("row.backend_id"),
    state: anyLabel("row.state", resourceLabels),
    offering_type: exactly("offering.type"),
    offering_uuid: uuids("offering.uuid"),
    plan_uuid: uuid("plan.uuid"),
    project_uuid: uuid("project.uuid"),
    project_name: contains("project.name"),
    customer_uuid: uuid("customer.uuid"),
    provider_uuid: uuid("provider.uuid"),
    category_uuid: uuid("category.uuid"),
    parent_offering_uuid: ofUuid(
      (value) => sql`offering.parent_id = (select id from marketplace_offering where uuid = ${value})`,
    ),
  },
  orders: {
    backend_id: "row.backend_id",
    created: "row.created",
    customer_name: "customer.name",
    end_date: "row.end_date",
    name: "row.name",
    offering_name: "offering.name",
    plan_name: "plan.name",
    project_name: "project.name",
    state: "row.state",
  },
  order: "row.created",
  show: showResource,
})
