import { CoreState, isRunning } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent, emitObjectEvents } from "../../models/events.ts"
import { setHostRows } from "../stage/host-rows.ts"
import { startReadyStages } from "../stage/ready-stages.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import type { ActionRequest } from "./action.ts"
import { lockMigration } from "./lock-migration.ts"

/**
 * Cancels a running migration: objects that no request was sent for are skipped at once; calls in flight end, and what
 * they create is recorded and verified. The migration then becomes ERRED for this reason and can be retried or rolled
 * back. Cancelling it twice changes nothing.
 * @returns false where the migration does not run
 * @throws OTHER_SERVER
 */
export async function cancelMigration(
  ctx: WorkerContext,
  trx: Trx,
  { migrationId, requestedBy }: ActionRequest,
): Promise<boolean> {
  const locked = await lockMigration(trx, migrationId)
  if (!isRunning(locked.state)) return false
  const { run } = locked
  if (run.cancelled !== null) return true

  const reason = `Cancelled by ${requestedBy}.`
  await trx
    .updateTable("openstack_replication.run")
    .set({ cancelled: reason })
    .where("migration_id", "=", migrationId)
    .execute()
  await emitEvent(trx, migrationId, "action", { action: "cancel", by: requestedBy })
  await skipUnrequested(trx, migrationId, reason)
  await setHostRows(trx, migrationId, "skipped", { state: CoreState.ERRED, errorMessage: reason })
  await startReadyStages(ctx, trx, { migration: migrationId, cloud: run.dst_settings_id })
  return true
}

/** Skips the objects that no create request was sent for. */
async function skipUnrequested(trx: Trx, migrationId: number, reason: string): Promise<void> {
  const skipped = await trx
    .updateTable("openstack_replication.object")
    .set({ state: "skipped", reason, modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "=", "planned")
    .where("create_requests", "=", 0)
    .returning(["kind", "name"])
    .execute()
  for (const [kind, objects] of Map.groupBy(skipped, (object) => object.kind)) {
    await emitObjectEvents(trx, migrationId, kind, "skipped", objects, reason)
  }
}
