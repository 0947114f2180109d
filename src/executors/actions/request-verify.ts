import { errors } from "../../errors.ts"
import { hasEnded } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { verifyStage } from "../stage/graph.ts"
import { throwIfTerminated } from "../stage/termination.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import type { ActionRequest } from "./action.ts"
import { lockMigration } from "./lock-migration.ts"

/**
 * Enqueues another verification of a migration that has ended. Changes nothing while one is waiting or running.
 * @returns false where the migration has not ended
 * @throws ROLLED_BACK where everything was removed, so that there is nothing to compare; TENANT_TERMINATED; OTHER_SERVER
 */
export async function requestVerify(
  ctx: WorkerContext,
  trx: Trx,
  { migrationId, requestedBy }: ActionRequest,
): Promise<boolean> {
  const locked = await lockMigration(trx, migrationId)
  if (!hasEnded(locked.state)) return false
  const { run } = locked
  if (run.rollback?.finishedAt !== undefined) throw errors.rolledBack("verified")
  await throwIfTerminated(trx, migrationId, "verified")
  const reopened = await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "ready", started: null, finished: null })
    .where("migration_id", "=", migrationId)
    .where("name", "=", verifyStage)
    .where("state", "in", ["waiting", "done"])
    .executeTakeFirst()
  if (reopened.numUpdatedRows === 0n) return true
  await emitEvent(trx, migrationId, "action", { action: "verify", by: requestedBy })
  await enqueueStages(trx, ctx.queueSchema, {
    migration: migrationId,
    cloud: run.dst_settings_id,
    stages: [verifyStage],
  })
  return true
}
