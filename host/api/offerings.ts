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
import type { HostDb } from "./tables.ts"
import { openPlan, ownScopes } from "./visible.ts"

function select(db: HostDb, user: User) {
  return db
    .selectFrom("marketplace_offering as row")
    .innerJoin("marketplace_category as category", "category.id", "row.category_id")
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
    .select([timeText("row.created").as("created"), "category.title as category_title"])
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

type OfferingRow = RowsOf<typeof select>

function showOffering(row: OfferingRow, view: View): Shown {
  return {
    url: view.url("marketplace-public-offerings", row.uuid),
    uuid: hex(row.uuid),
    name: row.name,
    description: row.description,
    created: row.created,
    type: row.type,
    state: labelOf(offeringLabels, row.state),
    shared: row.shared,
    billable: row.billable,
    category_title: row.category_title,
    customer_uuid: givenOrNull(row.customer_uuid, hex),
    customer_name: row.customer_name,
    scope: given(row.settings_uuid, (uuid) => view.url("service-settings", uuid)),
    scope_uuid: givenOrNull(row.settings_uuid, hex),
    plugin_options: withoutSecrets(row.plugin_options),
    options: row.options,
    resource_options: row.resource_options,
    getting_started: row.getting_started,
    roles: [],
    components: row.components.map(({ uuid, ...component }) => ({ uuid: hex(uuid), ...component })),
    plans: row.plans.map((plan) => showPlan(plan, view)),
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
    uuid_list: (sent) => uuids("row.uuid")(sent.flatMap((list) => list.split(","))),
  },
  orders: { created: "row.created", name: "row.name", state: "row.state", type: "row.type" },
  order: "row.name",
  show: showOffering,
})
