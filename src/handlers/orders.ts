import { randomUUID } from "node:crypto"
import { CoreState, OrderState, OrderType } from "../models/codes.ts"
import { handlerTables } from "../models/host-tables.ts"
import { planPriceTables, readPlanPrice } from "./billing/plan-price.ts"
import type { Handler } from "./handler.ts"
import type { Hooks, MigrationRow, ResourceRow, Saved } from "./hooks.ts"
import { endsMigration } from "./migration-end.ts"
import { insertRow, saveRow } from "./save.ts"

/** Writes the order of a migration that has ended, for the customer's records. */
export const ordersHandler: Handler = {
  name: "orders",
  writes: { marketplace_order: handlerTables.marketplace_order },
  reads: planPriceTables,
  hooks: ({ hooks }) => ({ migration: [(saved) => saveOrder(hooks(), saved)] }),
}

/**
 * Inserts the order when a migration ends for the first time, and updates it when it ends again after a retry. It needs no
 * approval: its reviewers and dates are those of the migration. A rollback leaves it as it is, for the records.
 */
async function saveOrder(hooks: Hooks, saved: Saved<MigrationRow>): Promise<void> {
  if (!endsMigration(saved)) return
  const { instance, trx } = saved
  const resource = await trx
    .selectFrom("marketplace_resource")
    .selectAll()
    .where("id", "=", instance.dst_resource_id)
    .executeTakeFirstOrThrow()
  const outcome = {
    state: instance.state === CoreState.OK ? OrderState.DONE : OrderState.ERRED,
    error_message: instance.error_message,
    error_traceback: instance.error_traceback,
  }
  const order = await trx
    .selectFrom("marketplace_order")
    .select("id")
    .where("resource_id", "=", resource.id)
    .where("type", "=", OrderType.CREATE)
    .executeTakeFirst()
  if (order === undefined)
    await insertRow(trx, hooks, "order", {
      ...orderRow(instance, resource, await readPlanPrice(trx, resource.id, { oneTime: true })),
      ...outcome,
    })
  else await saveRow(trx, hooks, "order", order.id, outcome)
}

/**
 * Returns the columns of a new order, without its outcome. Waldur's front end names an order by its attribute `name`.
 * @param cost decimal text; null where the plan has no prices
 */
function orderRow(migration: MigrationRow, resource: ResourceRow, cost: string | null) {
  return {
    created: migration.created,
    modified: new Date(),
    uuid: randomUUID(),
    type: OrderType.CREATE,
    cost,
    limits: JSON.stringify(resource.limits),
    attributes: JSON.stringify({ name: resource.name, ...resource.attributes }),
    activated: null,
    offering_id: resource.offering_id,
    plan_id: resource.plan_id,
    old_plan_id: null,
    resource_id: resource.id,
    project_id: resource.project_id,
    output: "",
    backend_id: "",
    callback_url: null,
    termination_comment: null,
    created_by_id: migration.created_by_id,
    consumer_reviewed_by_id: migration.created_by_id,
    consumer_reviewed_at: migration.created,
    provider_reviewed_by_id: migration.created_by_id,
    provider_reviewed_at: migration.created,
  }
}
