import { CoreState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent, emitObjectEvents } from "../../models/events.ts"
import { setHostRows } from "../stage/host-rows.ts"
import { startReadyStages } from "../stage/stage-store.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { lockMigration } from "./lock-migration.ts"

/**
 * Lets a migration that runs come to an end: what was not asked for yet is let go at once; calls under way end, and
 * what they made is kept and read back. Then it is ERRED for this reason, and may be taken up again or rolled back.
 * Asking twice changes nothing. Answers false where the migration does not run.
 * @param by for people: who asks
 */
export async function cancelMigration(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  by: string,
): Promise<boolean> {
  const asked = await lockMigration(trx, migrationId)
  const runs = asked?.state === CoreState.CREATION_SCHEDULED || asked?.state === CoreState.CREATING
  if (asked === undefined || !runs) return false
  const { run } = asked
  if (run.cancelled !== null) return true

  const reason = `Cancelled by ${by}.`
  await trx
    .updateTable("openstack_replication.run")
    .set({ cancelled: reason })
    .where("migration_id", "=", migrationId)
    .execute()
  await emitEvent(trx, migrationId, "action", { action: "cancel", by })
  const skipped = await trx
    .updateTable("openstack_replication.object")
    .set({ state: "skipped", reason, modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "=", "planned")
    .where("attempts", "=", 0)
    .returning(["kind", "name"])
    .execute()
  for (const [kind, objects] of Map.groupBy(skipped, (one) => one.kind)) {
    await emitObjectEvents(trx, migrationId, kind, "skipped", objects, reason)
  }
  await setHostRows(trx, migrationId, "skipped", { state: CoreState.ERRED, errorMessage: reason })
  await startReadyStages(ctx, trx, migrationId, run.dst_settings_id)
  return true
}
