import { errors } from "../../errors.ts"
import { CoreState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { verifyStage } from "../stage/graph.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { lockMigration } from "./lock-migration.ts"

/**
 * Lets the last stage of a migration that has ended run once more. While one waits or runs, nothing is added. Answers
 * false where the migration has not ended.
 * @param by for people: who asks
 * @throws ROLLED_BACK where nothing is left to compare
 */
export async function verifyMigration(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  by: string,
): Promise<boolean> {
  const asked = await lockMigration(trx, migrationId)
  const ended = asked?.state === CoreState.OK || asked?.state === CoreState.ERRED
  if (asked === undefined || !ended) return false
  const { run } = asked
  if (run.rollback?.finishedAt !== undefined) throw errors.rolledBack()
  const taken = await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "ready", started: null, finished: null })
    .where("migration_id", "=", migrationId)
    .where("name", "=", verifyStage)
    .where("state", "in", ["waiting", "done"])
    .executeTakeFirst()
  if (taken.numUpdatedRows === 0n) return true
  await emitEvent(trx, migrationId, "action", { action: "verify", by })
  await enqueueStages(trx, ctx.queueSchema, run.dst_settings_id, migrationId, [verifyStage])
  return true
}
