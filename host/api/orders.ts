import { sql } from "kysely"
import { tenantOffering } from "../../src/models/codes.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { labelOf, orderLabels, orderTypeLabels } from "./codes.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { anyLabel, anyText, contains, uuid } from "./filters.ts"
import { column, contentType, fullName, given, givenOrNull, withoutSecrets } from "./forms.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("marketplace_order as row")
    .innerJoin("marketplace_resource as resource", "resource.id", "row.resource_id")
    .innerJoin("marketplace_offering as offering", "offering.id", "row.offering_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .innerJoin("core_user as creator", "creator.id", "row.created_by_id")
    .leftJoin("core_user as consumer", "consumer.id", "row.consumer_reviewed_by_id")
    .leftJoin("core_user as reviewer", "reviewer.id", "row.provider_reviewed_by_id")
    .leftJoin("structure_customer as provider", "provider.id", "offering.customer_id")
    .leftJoin("marketplace_category as category", "category.id", "offering.category_id")
    .leftJoin("marketplace_plan as plan", "plan.id", "row.plan_id")
    .leftJoin("marketplace_plan as old_plan", "old_plan.id", "row.old_plan_id")
    .leftJoin("openstack_tenant as tenant", (join) =>
      join
        .onRef("tenant.id", "=", "resource.object_id")
        .on("resource.content_type_id", "=", contentType("openstack", "tenant")),
    )
    .select(["row.uuid", "row.type", "row.state", "row.cost", "row.limits", "row.attributes", "row.output"])
    .select(["row.error_message", "row.error_traceback", timeText("row.created").as("created")])
    .select([
      timeText("row.modified").as("modified"),
      timeText<string | null>("row.activated").as("activated"),
    ])
    .select(timeText<string | null>("row.consumer_reviewed_at").as("consumer_reviewed_at"))
    .select(timeText<string | null>("row.provider_reviewed_at").as("provider_reviewed_at"))
    .select(["consumer.uuid as consumer_uuid", "reviewer.uuid as reviewer_uuid"])
    .select(["consumer.username as consumer_username", nameOf("consumer").as("consumer_name")])
    .select(["reviewer.username as reviewer_username", nameOf("reviewer").as("reviewer_name")])
    .select(["creator.username", "creator.first_name", "creator.last_name", "creator.email"])
    .select(["old_plan.uuid as old_plan_uuid", "old_plan.name as old_plan_name"])
    .select(["category.uuid as category_uuid", "category.title as category_title"])
    .select(["category.icon as category_icon", "provider.uuid as provider_uuid"])
    .select(["provider.name as provider_name", "provider.slug as provider_slug"])
    .select(["row.backend_id", "row.callback_url", "row.termination_comment"])
    .select(["resource.uuid as resource_uuid", "resource.name as resource_name"])
    .select(["offering.uuid as offering_uuid", "offering.name as offering_name"])
    .select(["offering.type as offering_type", "tenant.uuid as tenant_uuid"])
    .select(["offering.description as offering_description", "offering.shared as offering_shared"])
    .select(["offering.billable as offering_billable", "offering.thumbnail as offering_thumbnail"])
    .select(["offering.image as offering_image", "offering.plugin_options"])
    .select(["plan.uuid as plan_uuid", "plan.name as plan_name", "plan.unit as plan_unit"])
    .select("plan.description as plan_description")
    .select(["project.uuid as project_uuid", "project.name as project_name"])
    .select(["project.description as project_description", "project.slug as project_slug"])
    .select(["customer.uuid as customer_uuid", "customer.name as customer_name"])
    .select("customer.slug as customer_slug")
}

/** The full name of a joined user; null where no user is joined. */
function nameOf(user: string) {
  return sql<string | null>`trim(${column(`${user}.first_name`)} || ' ' || ${column(`${user}.last_name`)})`
}

type OrderRow = RowsOf<typeof select>

function showOrder(row: OrderRow, view: View): Shown {
  return {
    url: view.url("marketplace-orders", row.uuid),
    uuid: hex(row.uuid),
    type: labelOf(orderTypeLabels, row.type),
    state: labelOf(orderLabels, row.state),
    created: row.created,
    modified: row.modified,
    completed_at: completedAt(row),
    // In Waldur marketplace_resource_uuid is the resource, and resource_uuid is its tenant.
    marketplace_resource_uuid: hex(row.resource_uuid),
    resource_name: row.resource_name,
    resource_uuid: givenOrNull(row.tenant_uuid, hex),
    resource_type: givenOrNull(row.tenant_uuid, () => tenantOffering),
    offering: view.url("marketplace-public-offerings", row.offering_uuid),
    offering_uuid: hex(row.offering_uuid),
    offering_name: row.offering_name,
    offering_type: row.offering_type,
    plan: given(row.plan_uuid, (uuid) => view.url("marketplace-plans", uuid)),
    plan_uuid: givenOrNull(row.plan_uuid, hex),
    plan_name: row.plan_name,
    plan_unit: row.plan_unit,
    plan_description: row.plan_description,
    new_plan_uuid: givenOrNull(row.plan_uuid, hex),
    new_plan_name: row.plan_name,
    new_cost_estimate: row.cost,
    old_plan_uuid: givenOrNull(row.old_plan_uuid, hex),
    old_plan_name: row.old_plan_name,
    ...showOffer(row),
    project_slug: row.project_slug,
    project_description: row.project_description,
    customer_slug: row.customer_slug,
    project_uuid: hex(row.project_uuid),
    project_name: row.project_name,
    customer_uuid: hex(row.customer_uuid),
    customer_name: row.customer_name,
    created_by_username: row.username,
    created_by_full_name: fullName(row),
    created_by_email: row.email,
    consumer_reviewed_by: givenOrNull(row.consumer_uuid, (uuid) => view.url("users", uuid)),
    consumer_reviewed_by_full_name: row.consumer_name,
    consumer_reviewed_by_username: row.consumer_username,
    consumer_reviewed_at: row.consumer_reviewed_at,
    provider_reviewed_by: givenOrNull(row.reviewer_uuid, (uuid) => view.url("users", uuid)),
    provider_reviewed_by_full_name: row.reviewer_name,
    provider_reviewed_by_username: row.reviewer_username,
    provider_reviewed_at: row.provider_reviewed_at,
    cost: row.cost,
    limits: row.limits,
    // The order of a replication has the resource's empty attributes, and front ends read the name from here.
    attributes: { name: row.resource_name, ...withoutSecrets(row.attributes) },
    backend_id: row.backend_id,
    callback_url: row.callback_url,
    termination_comment: row.termination_comment,
    can_terminate: false,
    issue: null,
    output: row.output,
    error_message: row.error_message,
    error_traceback: view.staff ? row.error_traceback : "",
  }
}

function showOffer(row: OrderRow): Shown {
  return {
    offering_description: row.offering_description,
    offering_shared: row.offering_shared,
    offering_billable: row.offering_billable,
    offering_thumbnail: row.offering_thumbnail ?? undefined,
    offering_image: row.offering_image ?? undefined,
    offering_plugin_options: withoutSecrets(row.plugin_options),
    category_uuid: givenOrNull(row.category_uuid, hex),
    category_title: row.category_title,
    category_icon: row.category_icon ?? undefined,
    provider_uuid: givenOrNull(row.provider_uuid, hex),
    provider_name: row.provider_name,
    provider_slug: row.provider_slug,
  }
}

const ended = new Set(["done", "erred", "canceled", "rejected"])

/** Returns the time of the last change, because an ended order does not change any more. */
function completedAt({ state, activated, modified }: OrderRow): string | null {
  return ended.has(labelOf(orderLabels, state) ?? "") ? (activated ?? modified) : null
}

export const orders = endpoint({
  path: "marketplace-orders",
  model: "Order",
  select,
  visible: inOwnProject,
  filters: {
    resource_uuid: uuid("resource.uuid"),
    resource_name: contains("resource.name"),
    query: contains("resource.name", "project.name"),
    state: anyLabel("row.state", orderLabels),
    type: anyLabel("row.type", orderTypeLabels),
    offering_uuid: uuid("offering.uuid"),
    offering_type: anyText("offering.type"),
    project_uuid: uuid("project.uuid"),
    customer_uuid: uuid("customer.uuid"),
    provider_uuid: uuid("provider.uuid"),
  },
  orders: {
    consumer_reviewed_at: "row.consumer_reviewed_at",
    cost: "row.cost",
    created: "row.created",
    state: "row.state",
  },
  order: "row.created",
  show: showOrder,
})
