import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { endpoint, type RowsOf, type Shown } from "./endpoint.ts"
import { exactly, uuid, uuidOrUrl } from "./filters.ts"
import { dateText } from "./forms.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("marketplace_componentusage as row")
    .innerJoin("marketplace_offeringcomponent as component", "component.id", "row.component_id")
    .innerJoin("marketplace_resource as resource", "resource.id", "row.resource_id")
    .innerJoin("marketplace_offering as offering", "offering.id", "resource.offering_id")
    .innerJoin("structure_project as project", "project.id", "resource.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .select([
      "row.uuid",
      "row.description",
      "row.usage",
      "row.recurring",
      "row.modified_by_id as modified_by",
    ])
    .select([timeText("row.created").as("created"), timeText("row.date").as("date")])
    .select(dateText("row.billing_period").as("billing_period"))
    .select(["component.type", "component.name", "component.measured_unit"])
    .select(["resource.uuid as resource_uuid", "resource.name as resource_name"])
    .select(["offering.uuid as offering_uuid", "offering.name as offering_name"])
    .select(["project.uuid as project_uuid", "project.name as project_name"])
    .select(["customer.uuid as customer_uuid", "customer.name as customer_name"])
}

type ComponentUsageRow = RowsOf<typeof select>

function showComponentUsage(row: ComponentUsageRow): Shown {
  return {
    ...row,
    uuid: hex(row.uuid),
    usage: Number(row.usage),
    resource_uuid: hex(row.resource_uuid),
    offering_uuid: hex(row.offering_uuid),
    project_uuid: hex(row.project_uuid),
    customer_uuid: hex(row.customer_uuid),
  }
}

export const componentUsages = endpoint({
  path: "marketplace-component-usages",
  model: "ComponentUsage",
  select,
  visible: inOwnProject,
  filters: {
    resource: uuidOrUrl("resource.uuid"),
    resource_uuid: uuid("resource.uuid"),
    offering_uuid: uuid("offering.uuid"),
    project_uuid: uuid("project.uuid"),
    customer_uuid: uuid("customer.uuid"),
    type: exactly("component.type"),
  },
  orders: { usage: "row.usage", billing_period: "row.billing_period" },
  order: "-row.billing_period",
  show: showComponentUsage,
})
