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
export async function lockInvoice(trx: Trx, wanted: WantedInvoice): Promise<LockedInvoice> {
  const { customerId, month, now, newResourceId } = wanted
  const createdId = await createInvoice(trx, wanted)
  const { id } =
    createdId ??
    (await billingTrx(trx)
      .selectFrom("invoices_invoice")
      .select("id")
      .where("customer_id", "=", customerId)
      .where("year", "=", month.year)
      .where("month", "=", month.month)
      .forUpdate()
      .executeTakeFirstOrThrow())
  const invoice: LockedInvoice = { id, customerId, month }
  if (createdId !== undefined) {
    const resources = await readBilledResources(trx, { customerId })
    await addItems(trx, { invoice, resources, now, newResourceId })
  }
  return invoice
}

export interface WantedInvoice {
  readonly customerId: number
  readonly month: Month
  readonly now: Date
  /** The resource that has just been created, if any: see `addItems`. */
  readonly newResourceId?: number
}

/** Inserts an invoice without items. Returns undefined where the customer has one for the month. */
function createInvoice(
  trx: Trx,
  { customerId, month }: WantedInvoice,
): Promise<{ readonly id: number } | undefined> {
  const billing = billingTrx(trx)
  return billing
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
}

/**
 * Adds the items of resources to a locked invoice. A resource that has items there gets none, so a second call changes
 * nothing.
 * @param newResourceId the resource that has just been created. One-time prices and total limits are billed for it alone,
 * and only if nothing was billed for it before
 */
export async function addItems(
  trx: Trx,
  { invoice, resources, now, newResourceId }: NewItems,
): Promise<void> {
  const billing = billingTrx(trx)
  const billed = await billing
    .selectFrom("invoices_invoiceitem")
    .select((eb) => [
      "resource_id",
      eb.fn<boolean>("bool_or", [eb("invoice_id", "=", invoice.id)]).as("here"),
    ])
    .where("resource_id", "=", sql<number>`any (${resources.map(({ id }) => id)}::int[])`)
    .groupBy("resource_id")
    .execute()
  const before = new Map(billed.map(({ resource_id, here }) => [resource_id, here]))
  const span = { month: invoice.month, start: now }
  const rows = resources
    .filter(({ id }) => before.get(id) !== true)
    .flatMap((resource) => {
      const isFirst = resource.id === newResourceId && !before.has(resource.id)
      return invoiceItems(resource, span, isFirst).map((item) => itemRow(invoice, resource, item))
    })
  await insertItems(trx, rows)
  await updateTotals(trx, invoice, [...new Set(resources.map(({ project }) => project.id))])
}

export interface NewItems {
  readonly invoice: LockedInvoice
  readonly resources: readonly BilledResource[]
  readonly now: Date
  readonly newResourceId?: number | undefined
}

function itemRow(invoice: LockedInvoice, { id, project }: BilledResource, item: InvoiceItem) {
  return {
    ...item,
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

/** Inserts items in one statement, however many: a customer may have thousands of resources. */
async function insertItems(trx: Trx, rows: readonly ReturnType<typeof itemRow>[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = sql.join(Object.keys(first).map((name) => sql.ref(name)))
  await sql`
    insert into invoices_invoiceitem (${columns})
    select ${columns} from json_populate_recordset(null::invoices_invoiceitem, ${JSON.stringify(rows)}::json)`.execute(
    trx,
  )
}
