import { randomUUID } from "node:crypto"
import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import { hex } from "../../models/uuid.ts"
import { readBilledResources } from "./facts.ts"
import { type BilledResource, type InvoiceItem, invoiceItems } from "./invoice-items.ts"
import type { LockedInvoice } from "./locked-invoice.ts"
import type { Month } from "./month.ts"
import { billingTrx } from "./tables.ts"
import { updateTotals } from "./totals.ts"

/**
 * Locks a customer's invoice of a month. Where there is none, it is created with the items of every resource of the
 * customer, as Waldur does: an invoice with one resource's items alone would leave the others unbilled for the month,
 * because Waldur adds items only to an invoice that it creates.
 */
export async function lockInvoice(
  trx: Trx,
  { customerId, month, now }: { readonly customerId: number; readonly month: Month; readonly now: Date },
): Promise<LockedInvoice> {
  const billing = billingTrx(trx)
  const created = await billing
    .insertInto("invoices_invoice")
    .columns([
      "uuid",
      "year",
      "month",
      "state",
      "customer_id",
      "invoice_date",
      "tax_percent",
      "total_cost",
      "total_price",
      "created",
      "backend_id",
      "payment_url",
      "reference_number",
    ])
    .expression(
      billing
        .selectFrom("structure_customer as customer")
        .where("customer.id", "=", customerId)
        .select((eb) => [
          eb.val(randomUUID()).as("uuid"),
          eb.val(month.year).as("year"),
          eb.val(month.month).as("month"),
          eb.val("pending").as("state"),
          "customer.id as customer_id",
          sql<null>`null::date`.as("invoice_date"),
          "customer.default_tax_percent as tax_percent",
          sql<string>`0`.as("total_cost"),
          sql<string>`0`.as("total_price"),
          sql<string>`${month.firstDay}::date`.as("created"),
          eb.val("").as("backend_id"),
          eb.val("").as("payment_url"),
          eb.val("").as("reference_number"),
        ]),
    )
    .onConflict((conflict) => conflict.columns(["customer_id", "month", "year"]).doNothing())
    .returning("id")
    .executeTakeFirst()
  const { id } =
    created ??
    (await billing
      .selectFrom("invoices_invoice")
      .select("id")
      .where("customer_id", "=", customerId)
      .where("year", "=", month.year)
      .where("month", "=", month.month)
      .forUpdate()
      .executeTakeFirstOrThrow())
  const invoice: LockedInvoice = { id, customerId, month }
  if (created !== undefined) {
    const resources = await readBilledResources(trx, { customerId })
    await addItems(trx, invoice, resources, now)
  }
  return invoice
}

/**
 * Adds the items of resources to a locked invoice. A resource that has items there gets none, so a second call changes
 * nothing. One-time prices are billed with a resource's very first items alone.
 */
export async function addItems(
  trx: Trx,
  invoice: LockedInvoice,
  resources: readonly BilledResource[],
  now: Date,
): Promise<void> {
  const ids = resources.map(({ id }) => id)
  if (ids.length === 0) return
  const billing = billingTrx(trx)
  const billed = await billing
    .selectFrom("invoices_invoiceitem")
    .select((eb) => [
      "resource_id",
      eb.fn<boolean>("bool_or", [eb("invoice_id", "=", invoice.id)]).as("here"),
    ])
    .where("resource_id", "in", ids)
    .groupBy("resource_id")
    .execute()
  const before = new Map(billed.map(({ resource_id, here }) => [resource_id, here]))
  const rows = resources
    .filter(({ id }) => before.get(id) !== true)
    .flatMap((resource) =>
      invoiceItems(resource, { month: invoice.month, start: now }, !before.has(resource.id)).map((item) =>
        itemRow(invoice, resource, item),
      ),
    )
  if (rows.length > 0) await billing.insertInto("invoices_invoiceitem").values(rows).execute()
  await updateTotals(trx, invoice, [...new Set(resources.map(({ project }) => project.id))])
}

function itemRow(invoice: LockedInvoice, { id, project }: BilledResource, item: InvoiceItem) {
  return {
    ...item,
    details: JSON.stringify(item.details),
    uuid: randomUUID(),
    invoice_id: invoice.id,
    resource_id: id,
    project_id: project.id,
    project_name: project.name,
    project_uuid: hex(project.uuid),
    backend_uuid: null,
    credit_id: null,
  }
}
