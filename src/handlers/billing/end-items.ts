import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import { readBilledResources } from "./facts.ts"
import { lockInvoice } from "./invoice.ts"
import { hundredthsText, instantText, type LimitPeriod, limitPeriodOf } from "./invoice-items.ts"
import { monthOf } from "./month.ts"
import { fixedPeriods } from "./periods.ts"
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
  for (const { id, unit, start, details } of items) {
    const span = { month, start, end: now }
    const periods = details.resource_limit_periods as readonly LimitPeriod[] | undefined
    const ended =
      periods === undefined
        ? { quantity: hundredthsText(fixedPeriods(unit, span)) }
        : endLimit(unit, periods, span)
    await billing
      .updateTable("invoices_invoiceitem")
      .set({
        end: now,
        ...(ended.quantity !== undefined && { quantity: ended.quantity }),
        ...("periods" in ended && {
          details: JSON.stringify({ ...details, resource_limit_periods: ended.periods }),
        }),
      })
      .where("id", "=", id)
      .execute()
  }
  await updateTotals(trx, invoice, [resource.project.id])
}

/** Ends the last period of a limit. Its quantity follows where it is billed by the day. */
function endLimit(
  unit: string,
  periods: readonly LimitPeriod[],
  span: { readonly month: ReturnType<typeof monthOf>; readonly end: Date },
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
  return { periods: all, quantity: String(all.reduce((sum, { total }) => sum + BigInt(total), 0n)) }
}
