import { sql } from "kysely"
import { ResourceState } from "../../src/models/codes.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, exactly, uuid, uuidOrUrl } from "./filters.ts"
import { dateText } from "./forms.ts"
import { priceEstimateOf } from "./price-estimates.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("structure_project as row")
    .innerJoin("structure_project as project", "project.id", "row.id")
    .innerJoin("structure_customer as customer", "customer.id", "row.customer_id")
    .select(["row.uuid", "row.name", "row.description", "row.slug", "row.backend_id", "row.image"])
    .select(["row.is_industry", "row.oecd_fos_2007_code", timeText("row.created").as("created")])
    .select([dateText<string | null>("row.start_date").as("start_date")])
    .select([dateText<string | null>("row.end_date").as("end_date")])
    .select(["customer.uuid as customer_uuid", "customer.name as customer_name"])
    .select(["customer.native_name as customer_native_name", "customer.slug as customer_slug"])
    .select("customer.abbreviation as customer_abbreviation")
    .select([resourceCounts.as("counts"), priceEstimateOf("project").as("billing_price_estimate")])
    .where("row.is_removed", "=", false)
}

/** Resources by the uuid of their category, 32 hex digits, without those that are terminated. */
const resourceCounts = sql<Readonly<Record<string, number>>>`(
  select coalesce(json_object_agg(replace(held.uuid::text, '-', ''), held.resources), '{}')
  from (
    select category.uuid, count(*)::int as resources
    from marketplace_resource as resource
      join marketplace_offering as offering on offering.id = resource.offering_id
      join marketplace_category as category on category.id = offering.category_id
    where resource.project_id = row.id and resource.state <> ${sql.lit(ResourceState.TERMINATED)}
    group by category.uuid) as held)`

type ProjectRow = RowsOf<typeof select>

function showProject({ counts, ...row }: ProjectRow, view: View): Shown {
  return {
    ...row,
    url: view.url("projects", row.uuid),
    uuid: hex(row.uuid),
    customer: view.url("customers", row.customer_uuid),
    customer_uuid: hex(row.customer_uuid),
    customer_display_billing_info_in_projects: true,
    effective_end_date: row.end_date,
    end_date_requested_by: null,
    type: null,
    type_name: null,
    type_uuid: null,
    is_removed: false,
    project_credit: null,
    resources_count: Object.values(counts).reduce((sum, count) => sum + count, 0),
    marketplace_resource_count: counts,
  }
}

export const projects = endpoint({
  path: "projects",
  model: "Project",
  select,
  visible: inOwnProject,
  filters: {
    name: contains("row.name"),
    name_exact: exactly("row.name"),
    query: contains("row.name", "row.slug"),
    slug: exactly("row.slug"),
    customer: uuidOrUrl("customer.uuid"),
    customer_uuid: uuid("customer.uuid"),
  },
  orders: { name: "row.name", customer_name: "customer.name", created: "row.created" },
  order: "row.name",
  show: showProject,
})
