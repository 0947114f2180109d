import { randomUUID } from "node:crypto"
import { ResourceState } from "../models/codes.ts"
import { handlerTables } from "../models/host-tables.ts"
import { entersState } from "./enters-state.ts"
import type { Handler, HandlerContext } from "./handler.ts"
import type { ResourceRow, Saved } from "./hooks.ts"

/** Writes the period in which a resource has its plan, from OK to its termination. */
export const planPeriodsHandler: Handler = {
  name: "planPeriods",
  writes: { marketplace_resourceplanperiod: handlerTables.marketplace_resourceplanperiod },
  hooks: (context) => ({
    resource: [(saved) => openPlanPeriod(context, saved), (saved) => closePlanPeriod(context, saved)],
  }),
}

/** Opens the plan period of a resource that becomes OK, unless one is open. */
async function openPlanPeriod({ now }: HandlerContext, saved: Saved<ResourceRow>): Promise<void> {
  const { instance, trx } = saved
  if (!entersState(saved, ResourceState.OK) || instance.plan_id === null) return
  const open = await trx
    .selectFrom("marketplace_resourceplanperiod")
    .select("id")
    .where("resource_id", "=", instance.id)
    .where("end", "is", null)
    .executeTakeFirst()
  if (open !== undefined) return
  const start = now()
  await trx
    .insertInto("marketplace_resourceplanperiod")
    .values({
      created: start,
      modified: start,
      uuid: randomUUID(),
      start,
      end: null,
      plan_id: instance.plan_id,
      resource_id: instance.id,
    })
    .execute()
}

/** Closes the plan period of a resource that is terminated. */
async function closePlanPeriod({ now }: HandlerContext, saved: Saved<ResourceRow>): Promise<void> {
  if (!entersState(saved, ResourceState.TERMINATED)) return
  const { instance, trx } = saved
  const end = now()
  await trx
    .updateTable("marketplace_resourceplanperiod")
    .set({ end, modified: end })
    .where("resource_id", "=", instance.id)
    .where("end", "is", null)
    .execute()
}
