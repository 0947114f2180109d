import { errors } from "../errors.ts"
import { CoreState } from "../models/codes.ts"
import type { Trx } from "../models/database.ts"
import { tell } from "../models/events.ts"
import type { VerifySummary } from "../models/own-tables.ts"
import { lockAsked } from "./action.ts"
import { conclude } from "./conclude.ts"
import type { Engine } from "./engine.ts"
import { verifyStage } from "./graph.ts"
import { enqueueStages } from "./jobs.ts"
import type { Run } from "./stage-store.ts"

/**
 * Lets the last stage of a migration that has ended run once more. While one waits or runs, nothing is added. Answers
 * false where the migration has not ended.
 * @param by for people: who asks
 * @throws ROLLED_BACK where nothing is left to compare
 */
export async function verifyMigration(
  engine: Engine,
  trx: Trx,
  migrationId: number,
  by: string,
): Promise<boolean> {
  const asked = await lockAsked(trx, migrationId)
  const ended = asked?.state === CoreState.OK || asked?.state === CoreState.ERRED
  if (asked === undefined || !ended) return false
  const { run } = asked
  if (run.rollback?.done !== undefined) throw errors.rolledBack()
  const taken = await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "ready", started: null, finished: null })
    .where("migration_id", "=", migrationId)
    .where("name", "=", verifyStage)
    .where("state", "in", ["waiting", "done"])
    .executeTakeFirst()
  if (taken.numUpdatedRows === 0n) return true
  await tell(trx, migrationId, "action", { action: "verify", by })
  await enqueueStages(trx, engine.queueSchema, run.settings_id, migrationId, [verifyStage])
  return true
}

/** Ends the last stage: of a migration that has ended before, only what was found is new. */
export async function endVerification(
  engine: Engine,
  trx: Trx,
  migrationId: number,
  run: Run,
  verified: VerifySummary,
): Promise<void> {
  const again = await trx
    .updateTable("openstack_replication.run")
    .set({ summary: JSON.stringify(verified) })
    .where("migration_id", "=", migrationId)
    .where("finished", "is not", null)
    .executeTakeFirst()
  if (again.numUpdatedRows === 0n) await conclude(engine, trx, migrationId, run, verified)
}
