import { sql } from "kysely"
import { contentTypeId } from "../../models/content-types.ts"
import type { Trx } from "../../models/database.ts"
import type { LockedInvoice } from "./locked-invoice.ts"

/** The price of one item, rounded up to a hundredth as Waldur rounds it. */
const itemPrice = sql`ceil(item.unit_price * item.quantity * 100) / 100`

/**
 * Sets the totals of an invoice and the estimates of its customer and of some projects to the sums of their items. Taxes
 * count in the invoice's cost alone.
 */
export async function updateTotals(
  trx: Trx,
  { id, customerId, month }: LockedInvoice,
  projectIds: readonly number[],
): Promise<void> {
  await sql`
    update invoices_invoice invoice
    set total_price = sums.price, total_cost = round(sums.price * (100 + invoice.tax_percent) / 100, 2)
    from (select coalesce(sum(${itemPrice}), 0) as price from invoices_invoiceitem item where invoice_id = ${id}) sums
    where invoice.id = ${id}`.execute(trx)
  const customers = await contentTypeId(trx, "structure", "customer")
  const projects = await contentTypeId(trx, "structure", "project")
  await updateEstimates(trx, month, {
    contentType: customers,
    ids: [customerId],
    column: "invoice.customer_id",
  })
  await updateEstimates(trx, month, { contentType: projects, ids: projectIds, column: "item.project_id" })
}

interface Scopes {
  readonly contentType: number
  readonly ids: readonly number[]
  /** The column that holds their id beside an item or its invoice. */
  readonly column: string
}

/** The table has no unique key: a row that is there is updated, and one is inserted for a scope that has none. */
async function updateEstimates(
  trx: Trx,
  { year, month }: LockedInvoice["month"],
  { contentType, ids, column }: Scopes,
): Promise<void> {
  const totals = sql`
    select scope.id, coalesce(sum(${itemPrice}) filter (where invoice.id is not null), 0) as total
    from unnest(${ids}::int[]) scope (id)
      left join (invoices_invoiceitem item join invoices_invoice invoice on invoice.id = item.invoice_id
        and invoice.year = ${year} and invoice.month = ${month}) on ${sql.ref(column)} = scope.id
    group by scope.id`
  await sql`
    update billing_priceestimate estimate set total = totals.total
    from (${totals}) totals
    where estimate.content_type_id = ${contentType} and estimate.object_id = totals.id`.execute(trx)
  await sql`
    insert into billing_priceestimate (uuid, total, object_id, content_type_id)
    select gen_random_uuid(), totals.total, totals.id, ${contentType} from (${totals}) totals
    where not exists (
      select from billing_priceestimate where content_type_id = ${contentType} and object_id = totals.id)`.execute(
    trx,
  )
}
