import type { ObjectHooks } from "../../handlers/index.ts"
import { CoreState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { dependents, surveyStage } from "../stage/graph.ts"
import { setHostRows } from "../stage/host-rows.ts"
import { replan } from "./replan.ts"
import type { SurveyResult } from "./survey.ts"

/**
 * Stores the result of a survey: the plan becomes that of the live source. A migration that was cancelled meanwhile keeps
 * its plan; a retry surveys it again.
 */
export async function storeSurvey(
  trx: Trx,
  migrationId: number,
  result: SurveyResult,
  handlers: Required<ObjectHooks>,
): Promise<void> {
  const { plan, planError, summary } = result
  const run = await trx
    .selectFrom("openstack_replication.run")
    .select("cancelled")
    .where("migration_id", "=", migrationId)
    .executeTakeFirst()
  if (run?.cancelled !== null) return
  if (planError !== undefined) {
    await failSurveyed(trx, migrationId, planError)
    return
  }
  await trx
    .updateTable("openstack_replication.run")
    .set({ survey: JSON.stringify(summary) })
    .where("migration_id", "=", migrationId)
    .execute()
  if (plan !== undefined) await replan(trx, migrationId, plan, handlers)
}

/** Marks all objects that depend on the survey as failed, because the live source cannot be planned. */
async function failSurveyed(trx: Trx, migrationId: number, reason: string): Promise<void> {
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "failed", reason, modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("kind", "in", [...dependents(surveyStage)])
    .where("state", "=", "planned")
    .execute()
  await setHostRows(trx, migrationId, "failed", { state: CoreState.ERRED, errorMessage: reason })
}
