import { ReplicationError } from "../../errors.ts"
import type { Db } from "../../models/database.ts"
import { readSourceTenant } from "../../models/source-tenant.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import { type CompletedSource, completeSource } from "../../survey/complete.ts"
import { projectExists, readLiveSource } from "../../survey/read.ts"
import { withReadRetry } from "../stage/read-retry.ts"
import type { StageClouds } from "../stage/stage.ts"

/** A source as it is in its cloud or, where that could not be read for the reason `unread`, as its host rows describe it. */
export type SourceReading = CompletedSource & { readonly unread?: string }

export const noSourceRow = "The source tenant's row no longer exists in the host's database."

/**
 * Reads the source tenant. Returns undefined where its row is gone.
 * @throws StageYield where the source cloud requests a long pause
 */
export async function readSource(
  db: Db,
  clouds: Pick<StageClouds, "source" | "stopped">,
  inputs: Pick<PlanInputs, "srcTenantId" | "networkIds">,
): Promise<SourceReading | undefined> {
  const tenant = await db
    .selectFrom("openstack_tenant")
    .select(["name", "backend_id"])
    .where("id", "=", inputs.srcTenantId)
    .executeTakeFirst()
  if (tenant === undefined) return undefined
  const { name, backend_id: projectId } = tenant
  const rows = await readSourceTenant(db, inputs.srcTenantId, inputs.networkIds ?? undefined)
  const fromRows = (unread: string): SourceReading => ({ source: rows, findings: [], gone: [], unread })
  if (!projectId) return fromRows("The source tenant's row has no project id (its backend_id is empty).")
  try {
    return await withReadRetry(async () => {
      const cloud = await clouds.source()
      // Both at once. A reading of a project that does not exist is dropped, with its errors.
      const reading = readLiveSource(cloud, projectId)
      reading.catch(() => undefined)
      return (await projectExists(cloud, projectId))
        ? completeSource(rows, await reading, inputs.networkIds !== null)
        : fromRows(`${cloud.name}: project ${projectId} of tenant "${name}" does not exist.`)
    }, clouds.stopped)
  } catch (error) {
    if (!(error instanceof ReplicationError)) throw error
    return fromRows(error.message)
  }
}
