import { ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { entersState } from "../enters-state.ts"
import type { Handler, HandlerContext } from "../handler.ts"
import type { ResourceRow, Saved } from "../hooks.ts"
import { endItems } from "./end-items.ts"
import { readBilledResources } from "./facts.ts"
import { addItems, lockInvoice } from "./invoice.ts"
import { monthOf } from "./month.ts"
import { billingReads, billingTables, billingTrx } from "./tables.ts"

/** Bills a resource from the moment at which it becomes OK, and ends its items when it is terminated. */
export const billingHandler: Handler = {
  name: "billing",
  writes: billingTables,
  reads: billingReads,
  hooks: (context) => ({
    resource: [(saved) => startBilling(context, saved), (saved) => endBilling(context, saved)],
  }),
}

/**
 * A resource that becomes OK gets its items in the invoice of the month. That holds for every way to OK, also from ERRED
 * after a retry, which Waldur does not bill. A resource that has items in that invoice gets no more.
 */
async function startBilling(context: HandlerContext, saved: Saved<ResourceRow>): Promise<void> {
  const { instance, trx } = saved
  if (!entersState(saved, ResourceState.OK) || instance.plan_id === null) return
  const now = context.now()
  const customerId = await customerOf(trx, instance.project_id)
  const newResourceId = instance.id
  const invoice = await lockInvoice(trx, { customerId, month: monthOf(now), now, newResourceId })
  const resources = await readBilledResources(trx, { resourceId: instance.id })
  await addItems(trx, { invoice, resources, now, newResourceId })
}

async function endBilling(context: HandlerContext, saved: Saved<ResourceRow>): Promise<void> {
  if (!entersState(saved, ResourceState.TERMINATED)) return
  const { instance, trx } = saved
  const billed = await billingTrx(trx)
    .selectFrom("invoices_invoiceitem")
    .select("id")
    .where("resource_id", "=", instance.id)
    .limit(1)
    .executeTakeFirst()
  if (billed === undefined) return
  const customerId = await customerOf(trx, instance.project_id)
  await endItems(trx, { resourceId: instance.id, customerId, now: context.now() })
}

async function customerOf(trx: Trx, projectId: number): Promise<number> {
  const { customer_id } = await trx
    .selectFrom("structure_project")
    .select("customer_id")
    .where("id", "=", projectId)
    .executeTakeFirstOrThrow()
  return customer_id
}
