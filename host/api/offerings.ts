import { sql } from "kysely"
import { jsonArrayFrom } from "kysely/helpers/postgres"
import type { User } from "../../src/access/types.ts"
import { OfferingState } from "../../src/models/codes.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { labelOf, offeringLabels } from "./codes.ts"
import { type Condition, endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { anyLabel, anyText, contains, exactly, flag, ofUuid, uuid, uuids } from "./filters.ts"
import { column, contentType, given, givenOrNull, withoutSecrets } from "./forms.ts"
import { plansOf, showPlan } from "./plans.ts"
import { componentFactors } from "./plugins.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject, openPlan, ownScopes } from "./visible.ts"

function select(db: HostDb, user: User) {
  return db
    .selectFrom("marketplace_offering as row")
    .innerJoin("marketplace_category as category", "category.id", "row.category_id")
    .leftJoin("structure_project as project", "project.id", "row.project_id")
    .leftJoin("marketplace_offering as parent", "parent.id", "row.parent_id")
    .leftJoin("structure_customer as customer", "customer.id", "row.customer_id")
    .leftJoin("structure_servicesettings as settings", (join) =>
      join
        .onRef("settings.id", "=", "row.object_id")
        .on("row.content_type_id", "=", contentType("structure", "servicesettings")),
    )
    .select([
      "row.uuid",
      "row.name",
      "row.description",
      "row.type",
      "row.state",
      "row.shared",
      "row.billable",
    ])
    .select(["row.plugin_options", "row.options", "row.resource_options", "row.getting_started"])
    .select([
      "row.full_description",
      "row.vendor_details",
      "row.integration_guide",
      "row.slug",
      "row.country",
    ])
    .select(["row.backend_id", "row.paused_reason", "row.privacy_policy_link", "row.thumbnail", "row.image"])
    .select(["row.attributes", "parent.uuid as parent_uuid", "parent.name as parent_name"])
    .select(["project.uuid as project_uuid", "project.name as project_name"])
    .select([timeText("row.created").as("created"), "category.title as category_title"])
    .select([
      "category.uuid as category_uuid",
      "settings.name as settings_name",
      orderCount.as("order_count"),
    ])
    .select(["customer.uuid as customer_uuid", "customer.name as customer_name"])
    .select("settings.uuid as settings_uuid")
    .select(plansOf(db, user, { id: sql.ref("row.id"), parent: sql.ref("row.parent_id") }).as("plans"))
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom("marketplace_offeringcomponent as component")
          .select([
            "component.uuid",
            "component.type",
            "component.name",
            "component.description",
            "component.article_code",
            "component.measured_unit",
            "component.billing_type",
          ])
          .select([
            "component.limit_period",
            "component.limit_amount",
            "component.min_value",
            "component.max_value",
            "component.max_available_limit",
          ])
          .select(["component.default_limit", "component.is_boolean"])
          .whereRef("component.offering_id", "=", "row.id")
          .orderBy("component.id"),
      ).as("components"),
    )
}

const orderCount = sql<number>`(
  select count(*)::int from marketplace_order as placed where placed.offering_id = row.id)`

type OfferingRow = RowsOf<typeof select>

function showOffering(row: OfferingRow, view: View, path = "marketplace-public-offerings"): Shown {
  return {
    url: view.url(path, row.uuid),
    uuid: hex(row.uuid),
    name: row.name,
    description: row.description,
    created: row.created,
    type: row.type,
    state: labelOf(offeringLabels, row.state),
    shared: row.shared,
    billable: row.billable,
    category: view.url("marketplace-categories", row.category_uuid),
    category_uuid: hex(row.category_uuid),
    category_title: row.category_title,
    customer: given(row.customer_uuid, (uuid) => view.url("customers", uuid)),
    customer_uuid: givenOrNull(row.customer_uuid, hex),
    customer_name: row.customer_name,
    scope: given(row.settings_uuid, (uuid) => view.url("service-settings", uuid)),
    scope_uuid: givenOrNull(row.settings_uuid, hex),
    scope_name: row.settings_name,
    project: given(row.project_uuid, (uuid) => view.url("projects", uuid)),
    project_uuid: givenOrNull(row.project_uuid, hex),
    project_name: row.project_name,
    parent_uuid: givenOrNull(row.parent_uuid, hex),
    parent_name: row.parent_name,
    ...showTexts(row),
    plugin_options: withoutSecrets(row.plugin_options),
    options: row.options,
    resource_options: row.resource_options,
    getting_started: row.getting_started,
    components: row.components.map(showComponent),
    plans: row.plans.map((plan) => showPlan(plan, view)),
  }
}

/** Descriptions, and lists whose rows this host does not have. */
function showTexts(row: OfferingRow): Shown {
  return {
    slug: row.slug,
    full_description: row.full_description,
    vendor_details: row.vendor_details,
    integration_guide: row.integration_guide,
    country: row.country,
    backend_id: row.backend_id,
    paused_reason: row.paused_reason,
    privacy_policy_link: row.privacy_policy_link,
    thumbnail: row.thumbnail,
    image: row.image,
    attributes: withoutSecrets(row.attributes),
    order_count: row.order_count,
    endpoints: [],
    files: [],
    screenshots: [],
    organization_groups: [],
    tags: [],
    software_catalogs: [],
    partitions: [],
  }
}

function showComponent({ uuid, ...component }: OfferingRow["components"][number]): Shown {
  const factor = componentFactors[component.type]
  return {
    uuid: hex(uuid),
    ...component,
    factor: factor ?? 1,
    is_builtin: ["cores", "ram", "storage"].includes(component.type),
  }
}

/** Active offerings that are shared, or that are the user's and have a plan that the user may order. */
function visible(user: User): Condition {
  return sql`${column("row.state")} = ${OfferingState.ACTIVE} and (${column("row.shared")} or (
    (${column("row.customer_id")} in ${ownScopes(user, "structure", "customer")}
      or ${column("row.project_id")} in ${ownScopes(user, "structure", "project")}
      or ${column("row.id")} in ${ownScopes(user, "marketplace", "offering")})
    and exists (
      select from marketplace_plan as plan
      where plan.offering_id in (${column("row.id")}, ${column("row.parent_id")})
        and not plan.archived and ${openPlan(user)})))`
}

/** Offerings that a customer may order: its own, and shared ones that are open to all organization groups or to its own. */
const allowedCustomer = ofUuid(
  (value) => sql`exists (
    select from structure_customer as buyer where buyer.uuid = ${value} and (
      ${column("row.customer_id")} = buyer.id
      or ${column("row.project_id")} in (select id from structure_project where customer_id = buyer.id)
      or ${column("row.shared")} and (
        not exists (
          select from marketplace_offering_organization_groups as kept where kept.offering_id = ${column("row.id")})
        or buyer.organization_group_id in (
          select kept.organizationgroup_id from marketplace_offering_organization_groups as kept
          where kept.offering_id = ${column("row.id")}))))`,
)

export const offerings = endpoint({
  path: "marketplace-public-offerings",
  model: "Offering",
  select,
  visible,
  filters: {
    name: contains("row.name"),
    name_exact: exactly("row.name"),
    description: contains("row.description"),
    query: contains("row.name", "row.description"),
    state: anyLabel("row.state", offeringLabels),
    type: anyText("row.type"),
    shared: flag("row.shared"),
    billable: flag("row.billable"),
    allowed_customer_uuid: allowedCustomer,
    customer_uuid: uuid("customer.uuid"),
    scope_uuid: uuid("settings.uuid"),
    category_uuid: uuid("category.uuid"),
    parent_uuid: uuid("parent.uuid"),
    uuid_list: (sent) => uuids("row.uuid")(sent.flatMap((list) => list.split(","))),
  },
  orders: { created: "row.created", name: "row.name", state: "row.state", type: "row.type" },
  order: "row.name",
  show: (row: OfferingRow, view) => ({ ...showOffering(row, view), roles: [] }),
})

/**
 * The same offerings as their provider sees them. Waldur shows them to their provider's team; here also whoever sees the
 * public offering or has a resource of it, because the page of a resource reads it.
 */
export const providerOfferings = endpoint({
  ...offerings,
  path: "marketplace-provider-offerings",
  visible: (user: User) => sql`(${visible(user)}
    or ${column("row.customer_id")} in ${ownScopes(user, "structure", "customer")}
    or ${column("row.id")} in ${ownScopes(user, "marketplace", "offering")}
    or ${column("row.id")} in (
      select resource.offering_id
      from marketplace_resource as resource join structure_project as project on project.id = resource.project_id
      where ${inOwnProject(user)}))`,
  show: (row: OfferingRow, view) => showOffering(row, view, "marketplace-provider-offerings"),
})
