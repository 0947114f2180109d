import { sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { type Condition, endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, exactly, flag } from "./filters.ts"
import { givenOrNull } from "./forms.ts"
import { priceEstimateOf } from "./price-estimates.ts"
import type { HostDb } from "./tables.ts"
import { ownScopes } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("structure_customer as row")
    .innerJoin("structure_customer as customer", "customer.id", "row.id")
    .leftJoin("marketplace_serviceprovider as provider", "provider.customer_id", "row.id")
    .select(["row.uuid", "row.name", "row.native_name", "row.abbreviation", "row.slug", "row.email"])
    .select(["row.phone_number", "row.contact_details", "row.agreement_number", "row.access_subnets"])
    .select(["row.registration_code", "row.address", "row.postal", "row.country", "row.bank_name"])
    .select(["row.bank_account", "row.vat_code", "row.homepage", "row.domain", "row.backend_id"])
    .select([
      "row.image",
      "row.latitude",
      "row.longitude",
      "row.sponsor_number",
      "row.blocked",
      "row.archived",
    ])
    .select(["row.default_tax_percent", "provider.uuid as provider_uuid"])
    .select([timeText("row.created").as("created"), projectCount.as("projects_count")])
    .select(timeText("row.accounting_start_date").as("accounting_start_date"))
    .select([userCount.as("users_count"), priceEstimateOf("customer").as("billing_price_estimate")])
}

const projectCount = sql<number>`(
  select count(*)::int from structure_project as project where project.customer_id = row.id and not project.is_removed)`

/** Users with a role on the customer or on one of its projects. */
const userCount = sql<number>`(
  select count(distinct given.user_id)::int
  from permissions_userrole as given join django_content_type as type on type.id = given.content_type_id
  where given.is_active and type.app_label = 'structure' and (
    type.model = 'customer' and given.object_id = row.id
    or type.model = 'project' and given.object_id in (select id from structure_project where customer_id = row.id)))`

type CustomerRow = RowsOf<typeof select>

function showCustomer(row: CustomerRow, view: View): Shown {
  const { provider_uuid, ...columns } = row
  return {
    ...columns,
    url: view.url("customers", row.uuid),
    uuid: hex(row.uuid),
    display_name: row.abbreviation === "" ? row.name : `${row.name} (${row.abbreviation})`,
    country_name: row.country,
    is_service_provider: provider_uuid !== null,
    service_provider: givenOrNull(provider_uuid, (uuid) => view.url("marketplace-service-providers", uuid)),
    service_provider_uuid: givenOrNull(provider_uuid, hex),
    call_managing_organization_uuid: null,
    payment_profiles: [],
    organization_groups: [],
    customer_credit: null,
    customer_unallocated_credit: null,
    display_billing_info_in_projects: true,
  }
}

/** Customers on which, or on whose project, the user has a role. */
function visible(user: User): Condition {
  return sql`(row.id in ${ownScopes(user, "structure", "customer")}
    or row.id in (
      select customer_id from structure_project where id in ${ownScopes(user, "structure", "project")}))`
}

export const customers = endpoint({
  path: "customers",
  model: "Customer",
  select,
  visible,
  filters: {
    name: contains("row.name"),
    name_exact: exactly("row.name"),
    query: contains("row.name", "row.native_name", "row.abbreviation"),
    abbreviation: contains("row.abbreviation"),
    archived: flag("row.archived"),
    blocked: flag("row.blocked"),
    slug: exactly("row.slug"),
  },
  orders: { name: "row.name", created: "row.created", abbreviation: "row.abbreviation" },
  order: "row.name",
  show: showCustomer,
})
