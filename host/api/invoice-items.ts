import { sql } from "kysely"
import type { User } from "../../src/access/types.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { type Condition, endpoint, type Filter, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, ofText, uuid } from "./filters.ts"
import { column, givenOrNull } from "./forms.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject, ownScopes } from "./visible.ts"

/** The price of an invoice item without tax, rounded up to a cent. */
export const itemPrice = (item: string) =>
  sql<string>`ceil(${column(`${item}.unit_price`)} * ${column(`${item}.quantity`)} * 100) / 100`

function select(db: HostDb) {
  return db
    .selectFrom("invoices_invoiceitem as row")
    .innerJoin("invoices_invoice as invoice", "invoice.id", "row.invoice_id")
    .innerJoin("structure_customer as customer", "customer.id", "invoice.customer_id")
    .leftJoin("structure_project as project", "project.id", "row.project_id")
    .leftJoin("marketplace_resource as resource", "resource.id", "row.resource_id")
    .leftJoin("marketplace_offering as offering", "offering.id", "resource.offering_id")
    .select(["row.uuid", "row.name", "row.unit", "row.unit_price", "row.quantity", "row.measured_unit"])
    .select(["row.article_code", "row.details", "row.project_name", itemPrice("row").as("price")])
    .select([timeText("row.start").as("start"), timeText("row.end").as("end")])
    .select(["invoice.uuid as invoice_uuid", "customer.uuid as customer_uuid"])
    .select(["customer.name as customer_name", "project.uuid as project_uuid"])
    .select("resource.uuid as resource_uuid")
    .select(["offering.uuid as offering_uuid", "offering.name as offering_name"])
}

type InvoiceItemRow = RowsOf<typeof select>

function showInvoiceItem(row: InvoiceItemRow, view: View): Shown {
  const { invoice_uuid, resource_uuid, details, ...columns } = row
  return {
    ...columns,
    uuid: hex(row.uuid),
    invoice: view.url("invoices", invoice_uuid),
    resource: givenOrNull(resource_uuid, (uuid) => view.url("marketplace-resources", uuid)),
    price: Number(row.price),
    details,
    offering_uuid: row.offering_uuid === null ? String(details.offering_uuid ?? "") : hex(row.offering_uuid),
    offering_name: row.offering_name ?? details.offering_name ?? null,
    offering_component_type: details.offering_component_type ?? null,
    project_uuid: givenOrNull(row.project_uuid, hex),
    customer_uuid: hex(row.customer_uuid),
  }
}

/** Items of the user's projects and customers. */
function visible(user: User): Condition {
  return sql`(${inOwnProject(user)} or customer.id in ${ownScopes(user, "structure", "customer")})`
}

/** A year or month; a text that is no number matches no row. */
export function numbered(name: string): Filter {
  return ofText((value) => sql`${column(name)}::text = ${value}`)
}

export const invoiceItems = endpoint({
  path: "invoice-items",
  model: "InvoiceItem",
  select,
  visible,
  filters: {
    resource_uuid: uuid("resource.uuid"),
    project_uuid: uuid("project.uuid"),
    customer_uuid: uuid("customer.uuid"),
    offering_uuid: uuid("offering.uuid"),
    name: contains("row.name"),
    year: numbered("invoice.year"),
    month: numbered("invoice.month"),
  },
  order: "row.start",
  choosesFields: false,
  show: showInvoiceItem,
})
