import { ReplicationError } from "../../errors.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import type { SurveySummary } from "../../models/own-tables.ts"
import { CloudError } from "../../openstack/index.ts"
import { liveOnlyNames } from "../../planning/attributes.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import { readExtensions } from "../../survey/read.ts"
import { planInputs } from "../plan/plan-request.ts"
import { withReadRetry } from "../stage/read-retry.ts"
import type { StageClouds } from "../stage/stage.ts"
import { noSourceRow, readSource, type SourceReading } from "./read-source.ts"

export interface SurveyResult {
  readonly summary: SurveySummary
  /** The plan of the live source. undefined: the stored plan stays, or the live source cannot be planned. */
  readonly plan?: TenantPlan
  /** Why the live source cannot be planned. */
  readonly planError?: string
}

/**
 * Reads the live source and the destination's extensions, and plans again. Where the source cannot be read (its cloud may
 * be lost), the plan is made from the host's rows, and the summary lists the attributes that are unknown.
 */
export async function surveyTenant(
  db: Db,
  clouds: Pick<StageClouds, "source" | "destination" | "stopped">,
  inputs: PlanInputs,
): Promise<SurveyResult> {
  const [reading, extensions] = await Promise.all([
    readSource(db, clouds, inputs),
    undefinedIfUnreadable(
      withReadRetry(async () => readExtensions(await clouds.destination()), clouds.stopped),
    ),
  ])
  const at = new Date().toISOString()
  if (reading === undefined)
    return { summary: { at, unread: noSourceRow, unknown: liveOnlyNames(), findings: [] } }
  const { findings, unread } = reading
  const summary: SurveySummary = {
    at,
    ...(unread !== undefined && { unread }),
    unknown: unread === undefined ? [] : liveOnlyNames(),
    findings,
  }
  try {
    return { summary, plan: planReading(reading, inputs, extensions) }
  } catch (error) {
    if (!(error instanceof ReplicationError)) throw error
    return { summary, planError: error.message }
  }
}

/** Returns the plan of a source, which omits the objects that only a host row describes. */
function planReading(
  { source, gone }: SourceReading,
  inputs: PlanInputs,
  extensions: ReadonlySet<string> | undefined,
): TenantPlan {
  const plan = planInputs(inputs, source, extensions)
  const reason = "Waldur has a row for it, but the source cloud no longer has it."
  return { ...plan, omitted: [...plan.omitted, ...gone.map((object) => ({ ...object, reason }))] }
}

/** Waits for a reading of the destination. The stages that need the destination report why it cannot be read. */
async function undefinedIfUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CloudError) return undefined
    throw error
  }
}
