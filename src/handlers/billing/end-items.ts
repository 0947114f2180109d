import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import { sum } from "./decimal.ts"
import { readBilledResources } from "./facts.ts"
import { lockInvoice } from "./invoice.ts"
import { hundredthsText, instantText, type LimitPeriod, limitPeriodOf } from "./invoice-items.ts"
import { type Month, monthOf } from "./month.ts"
import { fixedPeriods, type Span } from "./periods.ts"
import { billingTrx } from "./tables.ts"
import { updateTotals } from "./totals.ts"

/**
 * Ends the items of a resource in the invoice of this month, as a termination does: what runs to the month's end runs to
 * now. By the day, and for fixed prices, less is billed. A monthly limit stays as it is: Waldur multiplies it by the days
 * of its last period, which is an overcharge and is not repeated.
 */
export async function endItems(
  trx: Trx,
  {
    resourceId,
    customerId,
    now,
  }: { readonly resourceId: number; readonly customerId: number; readonly now: Date },
): Promise<void> {
  const [resource] = await readBilledResources(trx, { resourceId })
  if (resource === undefined) return
  const month = monthOf(now)
  const invoice = await lockInvoice(trx, { customerId, month, now })
  const billing = billingTrx(trx)
  const items = await billing
    .selectFrom("invoices_invoiceitem")
    .select(["id", "unit", "start", "details"])
    .where("invoice_id", "=", invoice.id)
    .where("resource_id", "=", resourceId)
    .where("end", "=", sql<Date>`${month.end}::timestamptz`)
    .where("unit", "!=", "quantity")
    .execute()
  const ended = items.map((item) => ({ id: item.id, ...endItem(item, { month, end: now }) }))
  await sql`
    update invoices_invoiceitem item
    set "end" = ${now}, quantity = coalesce(ended.quantity, item.quantity), details = coalesce(ended.details, item.details)
    from jsonb_to_recordset(${JSON.stringify(ended)}::jsonb) as ended (id int, quantity numeric, details jsonb)
    where item.id = ended.id`.execute(trx)
  await updateTotals(trx, invoice, [resource.project.id])
}

interface Item {
  readonly unit: string
  readonly start: Date
  readonly details: Readonly<Record<string, unknown>>
}

/** What changes in an item apart from its end. */
interface EndedItem {
  /** Decimal text. */
  readonly quantity?: string
  readonly details?: Item["details"]
}

function endItem(
  { unit, start, details }: Item,
  { month, end }: { readonly month: Month; readonly end: Date },
): EndedItem {
  const span = { month, start, end }
  const periods = details.resource_limit_periods as readonly LimitPeriod[] | undefined
  if (periods === undefined) return { quantity: hundredthsText(fixedPeriods(unit, span)) }
  const { quantity, periods: ended } = endLimit(unit, periods, span)
  return {
    ...(quantity !== undefined && { quantity }),
    details: { ...details, resource_limit_periods: ended },
  }
}

/** Ends the last period of a limit. Its quantity follows where it is billed by the day. */
function endLimit(
  unit: string,
  periods: readonly LimitPeriod[],
  span: Span & { readonly end: Date },
): { readonly quantity?: string; readonly periods: readonly LimitPeriod[] } {
  const last = periods.at(-1)
  if (last === undefined) return { periods }
  const ended = {
    ...limitPeriodOf(last.quantity, { ...span, start: new Date(last.start) }),
    start: last.start,
    end: instantText(span.end),
  }
  const all = [...periods.slice(0, -1), ended]
  if (unit !== "day") return { periods: all }
  return { periods: all, quantity: sum(all.map(({ total }) => total)) }
}
