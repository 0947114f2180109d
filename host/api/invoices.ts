import { sql } from "kysely"
import { jsonArrayFrom } from "kysely/helpers/postgres"
import type { User } from "../../src/access/types.ts"
import { hex } from "../../src/models/uuid.ts"
import { timeText } from "../../src/serializers/migration.ts"
import { type Condition, endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { anyText, uuid, uuidOrUrl } from "./filters.ts"
import { dateText } from "./forms.ts"
import { itemPrice, numbered } from "./invoice-items.ts"
import type { HostDb } from "./tables.ts"
import { ownScopes } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("invoices_invoice as row")
    .innerJoin("structure_customer as customer", "customer.id", "row.customer_id")
    .select(["row.id", "row.uuid", "row.month", "row.year", "row.state", "row.tax_percent", "row.backend_id"])
    .select(["row.payment_url", "row.reference_number", "customer.uuid as customer_uuid"])
    .select(["customer.name as customer_name", "customer.abbreviation", "customer.email", "customer.country"])
    .select([dateText<string | null>("row.invoice_date").as("invoice_date"), dueDate.as("due_date")])
    .select([amount(sql`price`).as("price"), amount(sql`round(price * row.tax_percent / 100, 2)`).as("tax")])
    .select(amount(sql`price + round(price * row.tax_percent / 100, 2)`).as("total"))
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom("invoices_invoiceitem as item")
          .leftJoin("marketplace_resource as resource", "resource.id", "item.resource_id")
          .select(["item.uuid", "item.name", "item.unit", "item.measured_unit", "item.article_code"])
          .select([
            "item.project_name",
            "item.project_uuid",
            "item.details",
            "resource.uuid as resource_uuid",
          ])
          .select([sql<string>`item.unit_price::text`.as("unit_price")])
          .select([sql<string>`item.quantity::text`.as("quantity")])
          .select([sql<string>`(${itemPrice("item")})::text`.as("price")])
          .select([timeText("item.start").as("start"), timeText("item.end").as("end")])
          .whereRef("item.invoice_id", "=", "row.id")
          .orderBy("item.id"),
      ).as("items"),
    )
}

/** An amount by the sum of the items' prices, `price`. */
function amount(expression: ReturnType<typeof sql>) {
  return sql<string>`(
    select (${expression})::text
    from (
      select coalesce(round(sum(${itemPrice("item")}), 2), 0.00) as price
      from invoices_invoiceitem as item where item.invoice_id = row.id) as sums)`
}

const paymentDays = 30

const dueDate = sql<string | null>`to_char(row.invoice_date + ${sql.lit(paymentDays)}, 'YYYY-MM-DD')`

type InvoiceRow = RowsOf<typeof select>

function showInvoice(row: InvoiceRow, view: View): Shown {
  const { id, items, abbreviation, email, country, tax_percent: _, ...columns } = row
  return {
    ...columns,
    url: view.url("invoices", row.uuid),
    uuid: hex(row.uuid),
    number: 100_000 + id,
    customer: view.url("customers", row.customer_uuid),
    customer_uuid: hex(row.customer_uuid),
    customer_details: { name: row.customer_name, abbreviation, email, country },
    issuer_details: {},
    items: items.map(({ resource_uuid, ...item }) => ({
      ...item,
      uuid: hex(item.uuid),
      resource: resource_uuid === null ? null : view.url("marketplace-resources", resource_uuid),
      resource_uuid: resource_uuid === null ? null : hex(resource_uuid),
    })),
  }
}

/** Invoices of the user's customers; roles on projects show only items. */
function visible(user: User): Condition {
  return sql`customer.id in ${ownScopes(user, "structure", "customer")}`
}

export const invoices = endpoint({
  path: "invoices",
  model: "Invoice",
  select,
  visible,
  filters: {
    customer: uuidOrUrl("customer.uuid"),
    customer_uuid: uuid("customer.uuid"),
    state: anyText("row.state"),
    year: numbered("row.year"),
    month: numbered("row.month"),
  },
  orders: { year: "row.year", month: "row.month" },
  order: "-row.year",
  show: showInvoice,
})
