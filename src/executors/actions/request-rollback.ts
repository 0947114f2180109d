import { errors } from "../../errors.ts"
import { CoreState, hasEnded, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import type { Rollback } from "../../models/own-tables.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { countRemoved } from "../rollback/finish-rollback.ts"
import { rowsInUse } from "../rollback/own-rows.ts"
import { rollbackStage, verifyStage } from "../stage/graph.ts"
import { throwIfTerminated } from "../stage/termination.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import type { ActionRequest } from "./action.ts"
import { lockMigration, markInProgress } from "./lock-migration.ts"

/**
 * Enqueues the rollback of a migration that has ended, also where an earlier rollback did not finish. Where it has ever
 * been OK, the host's rows must show no use of the tenant. Requesting it twice changes nothing.
 * @returns false where the migration runs
 * @throws TENANT_IN_USE; TENANT_TERMINATED; OTHER_SERVER
 */
export async function requestRollback(
  ctx: WorkerContext,
  trx: Trx,
  { migrationId, requestedBy }: ActionRequest,
): Promise<boolean> {
  const locked = await lockMigration(trx, migrationId)
  const { run, state } = locked
  if (state === CoreState.DELETION_SCHEDULED || state === CoreState.DELETING) return true
  if (!hasEnded(state)) return false
  if (run.rollback?.finishedAt !== undefined) return true
  await throwIfTerminated(trx, migrationId, "rolled back")
  // A second rollback of an OK migration checks for use again, unless the first one has removed something already.
  const isUntouched = run.rollback?.fromState === CoreState.OK && (await countRemoved(trx, migrationId)) === 0
  const fromState = isUntouched ? CoreState.OK : state
  // A tenant that was complete once may have been used since, whatever the migration's state is now.
  if (run.ever_ok) {
    const inUse = await rowsInUse(trx, { migrationId, tenantId: run.tenant_id })
    if (inUse.length > 0) throw errors.tenantInUse(inUse)
  }

  const rollback: Rollback = { requestedBy, fromState }
  await trx
    .updateTable("openstack_replication.run")
    .set({ rollback: JSON.stringify(rollback) })
    .where("migration_id", "=", migrationId)
    .execute()
  await emitEvent(trx, migrationId, "action", { action: "rollback", by: requestedBy })
  await openRollbackStage(trx, migrationId)
  await markInProgress(ctx, trx, locked, {
    state: CoreState.DELETION_SCHEDULED,
    resource: ResourceState.TERMINATING,
  })
  await enqueueStages(trx, ctx.queueSchema, {
    migration: migrationId,
    cloud: run.dst_settings_id,
    stages: [rollbackStage],
  })
  return true
}

async function openRollbackStage(trx: Trx, migrationId: number): Promise<void> {
  // A running verification must not report a tenant that is being deleted: a greater attempt ends its claim.
  await trx
    .updateTable("openstack_replication.stage")
    .set((eb) => ({ state: "done", attempt: eb("attempt", "+", 1) }))
    .where("migration_id", "=", migrationId)
    .where("name", "=", verifyStage)
    .where("state", "!=", "done")
    .execute()
  await trx
    .insertInto("openstack_replication.stage")
    .values({
      migration_id: migrationId,
      name: rollbackStage,
      depends_on: [],
      state: "ready",
      started: null,
      finished: null,
    })
    .onConflict((conflict) =>
      conflict.columns(["migration_id", "name"]).doUpdateSet({ state: "ready", finished: null }),
    )
    .execute()
  // Objects that a request was sent for may exist, even if they then failed or were cancelled: the response may be lost.
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "creating", modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["failed", "skipped"])
    .where("create_requests", ">", 0)
    .execute()
}
