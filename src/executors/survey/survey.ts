import { ReplicationError } from "../../errors.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import type { SurveySummary } from "../../models/own-tables.ts"
import { readSourceTenant } from "../../models/source-tenant.ts"
import { CloudError } from "../../openstack/index.ts"
import type { Cloud } from "../../openstack/types.ts"
import { liveOnly } from "../../planning/attributes.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import { type Completed, completeSource } from "../../survey/complete.ts"
import { projectExists, readExtensions, readLiveSource } from "../../survey/read.ts"
import { planInputs } from "../plan/plan-request.ts"
import { withReadRetry } from "../stage/read-retry.ts"

export interface Surveyed {
  readonly summary: SurveySummary
  /** The plan of what is there; undefined: what was planned stays, or cannot be planned any more, for the reason `refused`. */
  readonly plan?: TenantPlan
  readonly refused?: string
}

/** The clouds of a migration, as the survey asks for them. */
export interface SurveyClouds {
  source(): Promise<Cloud>
  destination(): Promise<Cloud>
  /** Aborted where the worker is to stop. */
  readonly stopped?: AbortSignal | undefined
}

/**
 * Reads the live source and the abilities of the destination, and plans anew. Where the source cannot be read (its
 * cloud may be what was lost), the rows are what there is, and the summary says which attributes nobody knows.
 */
export async function surveyTenant(db: Db, clouds: SurveyClouds, inputs: PlanInputs): Promise<Surveyed> {
  const [read, extensions] = await Promise.all([
    readSource(db, clouds, inputs),
    ignoringFaults(() =>
      withReadRetry(async () => readExtensions(await clouds.destination()), clouds.stopped),
    ),
  ])
  const at = new Date().toISOString()
  if (read === undefined) return { summary: { at, unread: rowGone, unknown: liveOnly(), findings: [] } }
  const { source, findings, gone, unread } = read
  const summary: SurveySummary = {
    at,
    ...(unread !== undefined && { unread }),
    unknown: unread === undefined ? [] : liveOnly(),
    findings,
  }
  try {
    const plan = planInputs(inputs, source, extensions)
    const reason = "It has a row, but the source cloud no longer has it."
    return {
      summary,
      plan: { ...plan, omitted: [...plan.omitted, ...gone.map((one) => ({ ...one, reason }))] },
    }
  } catch (error) {
    if (!(error instanceof ReplicationError)) throw error
    return { summary, refused: error.message }
  }
}

type Read = Completed & { readonly unread?: string }

export const rowGone = "The source tenant's row is gone."

/**
 * The source as it is now, or as its rows are, with the reason why it was not read; undefined where its row is gone.
 * @throws StageYield where the source asks for a long pause
 */
export async function readSource(
  db: Db,
  clouds: Pick<SurveyClouds, "source" | "stopped">,
  inputs: Pick<PlanInputs, "srcTenantId" | "networkIds">,
): Promise<Read | undefined> {
  const tenant = await db
    .selectFrom("openstack_tenant")
    .select(["name", "backend_id"])
    .where("id", "=", inputs.srcTenantId)
    .executeTakeFirst()
  if (tenant === undefined) return undefined
  const { name, backend_id: projectId } = tenant
  const rows = await readSourceTenant(db, inputs.srcTenantId, inputs.networkIds ?? undefined)
  const byRows = (unread: string): Read => ({ source: rows, findings: [], gone: [], unread })
  if (!projectId) return byRows("The source tenant's row names no project of its cloud.")
  try {
    return await withReadRetry(async () => {
      const cloud = await clouds.source()
      // Both at once: of a project that is not there, what was read is of no use.
      const reading = readLiveSource(cloud, projectId)
      reading.catch(() => undefined)
      return (await projectExists(cloud, projectId))
        ? completeSource(rows, await reading, inputs.networkIds !== null)
        : byRows(`${cloud.name} has no project ${projectId}, which is the tenant "${name}".`)
    }, clouds.stopped)
  } catch (error) {
    if (!(error instanceof ReplicationError)) throw error
    return byRows(error.message)
  }
}

/** What a cloud that cannot be asked would have said is told by the stages that need it. */
async function ignoringFaults<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof CloudError) return undefined
    throw error
  }
}
