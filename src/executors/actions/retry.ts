import { errors } from "../../errors.ts"
import { CoreState, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import { dependents, surveyStage, verifyStage } from "../stage/graph.ts"
import { setHostRows } from "../stage/host-rows.ts"
import { startReadyStages } from "../stage/stage-store.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { lockMigration, markInProgress } from "./lock-migration.ts"
import { refreshExternalNetwork } from "./refresh-external-network.ts"

/**
 * Takes a migration that is ERRED up again: what failed or was skipped is wanted once more, what is done stays, and
 * the stages of what is missing run again. Answers false where the migration is in another state.
 * @param by for people: who asks
 * @throws ROLLED_BACK where a roll back has begun: nothing is left to go on with
 */
export async function retryMigration(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  by: string,
): Promise<boolean> {
  const asked = await lockMigration(trx, migrationId)
  if (asked?.state !== CoreState.ERRED) return false
  const { run } = asked
  if (run.rollback !== null) throw errors.rolledBack()

  await emitEvent(trx, migrationId, "action", { action: "retry", by })
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "planned", reason: "", error: null, modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["failed", "skipped"])
    .execute()
  await refreshExternalNetwork(trx, migrationId)
  await setHostRows(trx, migrationId, "planned", { state: CoreState.CREATION_SCHEDULED, errorMessage: "" })
  await trx
    .updateTable("openstack_replication.run")
    .set({ finished: null, verification: null, cancelled: null })
    .where("migration_id", "=", migrationId)
    .execute()
  await markInProgress(ctx, trx, asked, { state: CoreState.CREATING, resource: ResourceState.CREATING })
  await reopenStages(trx, migrationId)
  await startReadyStages(ctx, trx, migrationId, run.dst_settings_id)
  return true
}

/**
 * The stages of kinds with something missing wait again, and with them all that come after them, the check among them.
 * Also those that have nothing to do: a port may need a network that is missing, and not come after networks but by way
 * of the subnets, of which there may be none.
 */
async function reopenStages(trx: Trx, migrationId: number): Promise<void> {
  const missing = await trx
    .selectFrom("openstack_replication.object")
    .select("kind")
    .distinct()
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["planned", "creating"])
    .execute()
  const surveyed = (await plansAnew(trx, migrationId)) ? [surveyStage] : []
  const again = [...missing.map(({ kind }) => kind), ...surveyed]
  await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "waiting" })
    .where("migration_id", "=", migrationId)
    .where("name", "in", [verifyStage, ...again.flatMap(dependents)])
    .execute()
  await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "waiting", started: null, finished: null })
    .where("migration_id", "=", migrationId)
    .where("name", "in", [verifyStage, ...again])
    .execute()
}

/**
 * A survey that could not be planned from left nothing behind, and one whose destination could not be asked may have
 * planned too much; where something was made, its plan stands.
 */
async function plansAnew(trx: Trx, migrationId: number): Promise<boolean> {
  const { survey } = await trx
    .selectFrom("openstack_replication.run")
    .select("survey")
    .where("migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  if (survey === null) return true
  const made = await trx
    .selectFrom("openstack_replication.object")
    .select("id")
    .where("migration_id", "=", migrationId)
    .where("backend_id", "is not", null)
    .executeTakeFirst()
  return made === undefined
}
