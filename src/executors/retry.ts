import { sql } from "kysely"
import { errors } from "../errors.ts"
import { CoreState, ResourceState } from "../models/codes.ts"
import type { Trx } from "../models/database.ts"
import { tell } from "../models/events.ts"
import { lockAsked, showUnderWay } from "./action.ts"
import type { Engine } from "./engine.ts"
import { surveyStage, verifyStage } from "./graph.ts"
import { setHostRows } from "./host-rows.ts"
import { renewGateways } from "./renew-gateways.ts"
import { startReadyStages } from "./stage-store.ts"

/**
 * Takes a migration that is ERRED up again: what failed or was skipped is wanted once more, what is done stays, and
 * the stages of what is missing run again. Answers false where the migration is in another state.
 * @param by for people: who asks
 * @throws ROLLED_BACK where a roll back has begun: nothing is left to go on with
 */
export async function retryMigration(
  engine: Engine,
  trx: Trx,
  migrationId: number,
  by: string,
): Promise<boolean> {
  const asked = await lockAsked(trx, migrationId)
  if (asked?.state !== CoreState.ERRED) return false
  const { run } = asked
  if (run.rollback !== null) throw errors.rolledBack()

  await tell(trx, migrationId, "action", { action: "retry", by })
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "planned", reason: "", error: null, modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["failed", "skipped"])
    .execute()
  await renewGateways(trx, migrationId)
  await setHostRows(trx, migrationId, "planned", { state: CoreState.CREATION_SCHEDULED, errorMessage: "" })
  await trx
    .updateTable("openstack_replication.run")
    .set({ finished: null, summary: null, cancelled: null })
    .where("migration_id", "=", migrationId)
    .execute()
  await showUnderWay(engine, trx, asked, { state: CoreState.CREATING, resource: ResourceState.CREATING })
  await reopenStages(trx, migrationId)
  await startReadyStages(engine, trx, migrationId, run.settings_id)
  return true
}

/** The stages of kinds with something missing wait again, and so does the check. */
async function reopenStages(trx: Trx, migrationId: number): Promise<void> {
  const missing = await trx
    .selectFrom("openstack_replication.object")
    .select("kind")
    .distinct()
    .where("migration_id", "=", migrationId)
    .where("state", "in", ["planned", "creating"])
    .execute()
  await trx
    .updateTable("openstack_replication.stage")
    .set({ state: "waiting", started: null, finished: null })
    .where("migration_id", "=", migrationId)
    .where("name", "in", [verifyStage, ...missing.map(({ kind }) => kind)])
    .execute()
  // A survey that could not be planned from left nothing behind, and one whose destination could not be asked may have
  // planned too much; where something was made, its plan stands.
  await sql`
    update openstack_replication.stage as stage set state = 'waiting', finished = null
    from openstack_replication.run as run
    where run.migration_id = ${migrationId}
      and (run.survey is null or not exists (
        select from openstack_replication.object as object
        where object.migration_id = run.migration_id and object.backend_id is not null))
      and stage.migration_id = run.migration_id and stage.name = ${surveyStage}`.execute(trx)
}
