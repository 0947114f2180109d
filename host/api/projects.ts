import { hex } from "../../src/models/uuid.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, exactly, uuid } from "./filters.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("structure_project as row")
    .innerJoin("structure_project as project", "project.id", "row.id")
    .innerJoin("structure_customer as customer", "customer.id", "row.customer_id")
    .select(["row.uuid", "row.name", "customer.uuid as customer_uuid", "customer.name as customer_name"])
    .where("row.is_removed", "=", false)
}

type ProjectRow = RowsOf<typeof select>

function showProject(row: ProjectRow, view: View): Shown {
  return {
    url: view.url("projects", row.uuid),
    uuid: hex(row.uuid),
    name: row.name,
    customer: view.url("customers", row.customer_uuid),
    customer_uuid: hex(row.customer_uuid),
    customer_name: row.customer_name,
  }
}

export const projects = endpoint({
  path: "projects",
  model: "Project",
  select,
  visible: inOwnProject,
  filters: { name: contains("row.name"), name_exact: exactly("row.name"), customer: uuid("customer.uuid") },
  orders: { name: "row.name", customer_name: "customer.name" },
  order: "row.name",
  show: showProject,
})
