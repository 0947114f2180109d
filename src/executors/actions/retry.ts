import { errors } from "../../errors.ts"
import { CoreState, ResourceState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import { dependents, surveyStage, verifyStage } from "../stage/graph.ts"
import { setHostRows } from "../stage/host-rows.ts"
import { startReadyStages } from "../stage/ready-stages.ts"
import { throwIfTerminated } from "../stage/termination.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import type { ActionRequest } from "./action.ts"
import { lockMigration, markInProgress } from "./lock-migration.ts"
import { refreshExternalNetwork } from "./refresh-external-network.ts"

/**
 * Runs a migration that is ERRED again for what is missing: failed and skipped objects are set back to `planned`, and the
 * stages of their kinds reopen. Created objects stay as they are; once there is one, the plan is kept.
 * @returns false where the migration is in another state
 * @throws ROLLED_BACK where a rollback has begun; TENANT_TERMINATED; OTHER_SERVER
 */
export async function retryMigration(
  ctx: WorkerContext,
  trx: Trx,
  { migrationId, requestedBy }: ActionRequest,
): Promise<boolean> {
  const locked = await lockMigration(trx, migrationId)
  if (locked.state !== CoreState.ERRED) return false
  const { run } = locked
  if (run.rollback !== null) throw errors.rolledBack("retried")
  await throwIfTerminated(trx, migrationId, "retried")

  await emitEvent(trx, migrationId, "action", { action: "retry", by: requestedBy })
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
  await markInProgress(ctx, trx, locked, { state: CoreState.CREATING, resource: ResourceState.CREATING })
  await reopenStages(trx, migrationId)
  await startReadyStages(ctx, trx, { migration: migrationId, cloud: run.dst_settings_id })
  return true
}

/**
 * Reopens the stages of kinds with missing objects and every stage that depends on them, verification included.
 * Stages without missing objects reopen too: a port may need a missing network, and depends on networks only through
 * subnets, none of which may be missing.
 */
async function reopenStages(trx: Trx, migrationId: number): Promise<void> {
  const missing = await trx
    .selectFrom("openstack_replication.object")
    .select("kind")
    .distinct()
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["planned", "creating"])
    .execute()
  const survey = (await mustSurveyAgain(trx, migrationId)) ? [surveyStage] : []
  const reopened = [...missing.map(({ kind }) => kind), ...survey]
  await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "waiting" })
    .where("migration_id", "=", migrationId)
    .where("name", "in", [verifyStage, ...reopened.flatMap(dependents)])
    .execute()
  await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "waiting", started: null, finished: null })
    .where("migration_id", "=", migrationId)
    .where("name", "in", [verifyStage, ...reopened])
    .execute()
}

/**
 * Whether the source is read and planned again. A survey whose result could not be planned was not stored, and one that
 * could not read the destination's extensions may have planned too much. Once an object was created, its plan stays.
 */
async function mustSurveyAgain(trx: Trx, migrationId: number): Promise<boolean> {
  const { survey } = await trx
    .selectFrom("openstack_replication.run")
    .select("survey")
    .where("migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  if (survey === null) return true
  const created = await trx
    .selectFrom("openstack_replication.object")
    .select("id")
    .where("migration_id", "=", migrationId)
    .where("backend_id", "is not", null)
    .executeTakeFirst()
  return created === undefined
}
