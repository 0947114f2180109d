import { randomUUID } from "node:crypto"
import { CoreState, coreStateName, hasEnded, OrderState, OrderType, ResourceState } from "../models/codes.ts"
import { emitEvent } from "../models/events.ts"
import { enqueueAfterCommit } from "./after-commit.ts"
import { logResourceEvent } from "./event-log.ts"
import {
  type Committed,
  type Hooks,
  joinHooks,
  type MigrationRow,
  type OrderRow,
  type ResourceRow,
  type Saved,
} from "./hooks.ts"
import { insertRow, saveRow } from "./save.ts"

/**
 * Returns all hooks of this plugin in order: Waldur's own handlers (the order and resource of a migration, the event log,
 * plan periods), then the host's hooks, then the delivery after the commit.
 * @param queueSchema schema of graphile-worker's tables
 */
export function marketplaceHooks(host: Hooks, queueSchema: string): Hooks {
  const after = <Row extends { id: number; uuid: string; state: number }>(model: Committed["model"]) => {
    return (saved: Saved<Row>) => enqueueAfterCommit(queueSchema, model, saved)
  }
  const hooks: Hooks = joinHooks(
    {
      migration: [emitState, (saved) => saveOrder(hooks, saved)],
      order: [(saved) => updateResourceState(hooks, saved)],
      resource: [logResourceEvent, openPlanPeriod, closePlanPeriod],
    },
    host,
    { migration: [after("migration")], resource: [after("resource")], order: [after("order")] },
  )
  return hooks
}

/** Emits the new state of a migration. It runs first, so that this event precedes those of other hooks. */
async function emitState({ instance, previous, trx }: Saved<MigrationRow>): Promise<void> {
  if (instance.state === previous?.state) return
  await emitEvent(trx, instance.id, "migration", {
    state: coreStateName(instance.state),
    error_message: instance.error_message,
  })
}

/**
 * Saves the order of a migration that has ended, for the customer's records: inserted at its first end, updated when it
 * ends again after a retry. It needs no approval: its reviewers and dates are those of the migration.
 */
async function saveOrder(hooks: Hooks, { instance, previous, trx }: Saved<MigrationRow>): Promise<void> {
  // A rollback leaves the order as it is, for the records.
  const rolledBack =
    previous?.state === CoreState.DELETING || previous?.state === CoreState.DELETION_SCHEDULED
  if (!hasEnded(instance.state) || rolledBack || previous?.state === instance.state) return
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
    await insertRow(trx, hooks, "order", { ...orderRow(instance, resource), ...outcome })
  else await saveRow(trx, hooks, "order", order.id, outcome)
}

/** Returns the columns of a new order, without its outcome. */
function orderRow(migration: MigrationRow, resource: ResourceRow) {
  return {
    created: migration.created,
    modified: new Date(),
    uuid: randomUUID(),
    type: OrderType.CREATE,
    cost: null,
    limits: JSON.stringify(resource.limits),
    attributes: JSON.stringify(resource.attributes),
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

/** Updates a resource after its order: done → OK; erred → Erred, or Terminated where nothing was created in the cloud. */
async function updateResourceState(hooks: Hooks, { instance, trx }: Saved<OrderRow>): Promise<void> {
  if (instance.type !== OrderType.CREATE) return
  const resource = await trx
    .selectFrom("marketplace_resource")
    .select(["id", "backend_id", "state"])
    .where("id", "=", instance.resource_id)
    .executeTakeFirstOrThrow()
  const state = resourceStateAfter(instance.state, resource)
  if (state === resource.state) return
  await saveRow(trx, hooks, "resource", resource.id, { state, error_message: instance.error_message })
}

/** Opens the plan period of a resource that becomes OK: from then on it is billed by its plan. */
async function openPlanPeriod({ instance, previous, trx }: Saved<ResourceRow>): Promise<void> {
  const began = previous?.state !== ResourceState.OK && instance.state === ResourceState.OK
  if (!began || instance.plan_id === null) return
  const open = await trx
    .selectFrom("marketplace_resourceplanperiod")
    .select("id")
    .where("resource_id", "=", instance.id)
    .where("end", "is", null)
    .executeTakeFirst()
  if (open !== undefined) return
  const now = new Date()
  await trx
    .insertInto("marketplace_resourceplanperiod")
    .values({
      created: now,
      modified: now,
      uuid: randomUUID(),
      start: now,
      end: null,
      plan_id: instance.plan_id,
      resource_id: instance.id,
    })
    .execute()
}

/** Closes the plan period of a resource that is terminated: it is billed no longer. */
async function closePlanPeriod({ instance, previous, trx }: Saved<ResourceRow>): Promise<void> {
  if (instance.state !== ResourceState.TERMINATED || previous?.state === instance.state) return
  const now = new Date()
  await trx
    .updateTable("marketplace_resourceplanperiod")
    .set({ end: now, modified: now })
    .where("resource_id", "=", instance.id)
    .where("end", "is", null)
    .execute()
}

function resourceStateAfter(
  order: number,
  resource: { readonly backend_id: string; readonly state: number },
): number {
  if (order === OrderState.DONE) return ResourceState.OK
  if (order !== OrderState.ERRED || resource.state !== ResourceState.CREATING) return resource.state
  return resource.backend_id === "" ? ResourceState.TERMINATED : ResourceState.ERRED
}
