import { sql } from "kysely"
import { tenantOffering } from "../../src/models/codes.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { labelOf, resourceLabels } from "./codes.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { anyLabel, contains, exactly, uuid, uuids } from "./filters.ts"
import { contentType, given, givenOrNull } from "./forms.ts"
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
    .select(["row.id", "row.uuid", "row.name", "row.description", "row.state", "row.limits", "row.slug"])
    .select(["row.backend_id", "row.error_message", "row.error_traceback", "row.offering_id"])
    .select([timeText("row.created").as("created"), timeText("row.modified").as("modified")])
    .select(["offering.uuid as offering_uuid", "offering.name as offering_name", "offering.type"])
    .select(["plan.uuid as plan_uuid", "plan.name as plan_name", "category.title as category_title"])
    .select(["project.uuid as project_uuid", "project.name as project_name"])
    .select(["customer.uuid as customer_uuid", "customer.name as customer_name"])
    .select(["parent.uuid as parent_uuid", "tenant.id as tenant_id", "tenant.uuid as tenant_uuid"])
    .select([isBilledBy("usage").as("is_usage_based"), isBilledBy("limit").as("is_limit_based")])
}

function isBilledBy(billing: string) {
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
    category_title: row.category_title,
    plan: given(row.plan_uuid, (uuid) => view.url("marketplace-plans", uuid)),
    plan_uuid: givenOrNull(row.plan_uuid, hex),
    plan_name: row.plan_name,
    limits: row.limits,
    scope: given(row.tenant_uuid, (uuid) => view.url("openstack-tenants", uuid)),
    resource_uuid: givenOrNull(row.tenant_uuid, hex),
    resource_type: givenOrNull(row.tenant_uuid, () => tenantOffering),
    backend_id: row.backend_id,
    project: view.url("projects", row.project_uuid),
    project_uuid: hex(row.project_uuid),
    project_name: row.project_name,
    customer_uuid: hex(row.customer_uuid),
    customer_name: row.customer_name,
    parent_uuid: given(row.parent_uuid, hex),
    is_usage_based: row.is_usage_based,
    is_limit_based: row.is_limit_based,
    error_message: row.error_message,
    error_traceback: view.staff ? row.error_traceback : "",
  }
}

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
