import { randomUUID } from "node:crypto"
import { type Hooks, insertRow } from "../../handlers/index.ts"
import { CoreState } from "../../models/codes.ts"
import { randomPassword } from "../../models/credentials.ts"
import type { Trx } from "../../models/database.ts"
import { insertTenant, insertTenantQuotas, resourceRow } from "../../models/new-tenant.ts"
import { textJson } from "../../models/rows.ts"
import { insertObjectRows, type RowIds, rowContext } from "../plan/object-rows.ts"
import type { RequestPlan } from "../plan/plan-request.ts"
import type { ValidRequest } from "../plan/request.ts"

/** The rows of a new tenant. */
export interface TenantRows {
  readonly tenantId: number
  readonly rowIds: RowIds
}

/** Inserts the rows of the new tenant and of its objects, and its quotas. */
export async function insertTenantRows(
  trx: Trx,
  request: ValidRequest,
  plan: RequestPlan,
  identity: { readonly uuid: string; readonly username: string },
): Promise<TenantRows> {
  const { name, description, projectId } = request
  const owner = { now: new Date(), projectId, settingsId: request.dstSettingsId }
  const password = randomPassword()
  const tenantId = await insertTenant(trx, { ...owner, ...identity, name, description, password })
  const rowIds: RowIds = new Map()
  const context = rowContext({ trx, ...owner, tenantId }, rowIds)
  for (const { kind, objects } of plan.parts) await insertObjectRows(context, rowIds, kind, objects)
  await insertTenantQuotas(trx, tenantId, plan.quotas)
  return { tenantId, rowIds }
}

/** Inserts the marketplace resource of the new tenant, with its limits. Returns its id. */
export async function insertResource(
  trx: Trx,
  hooks: Hooks,
  request: ValidRequest,
  plan: RequestPlan,
  tenantId: number,
): Promise<number> {
  const now = new Date()
  const { limits } = plan.limits
  const { name, description, projectId, dstOfferingId: offeringId, dstPlanId: planId } = request
  const row = await resourceRow(trx, {
    now,
    projectId,
    offeringId,
    planId,
    tenantId,
    name,
    description,
    limits,
  })
  return insertRow(trx, hooks, "resource", row)
}

/** Inserts the migration. Returns its id. */
export function insertMigration(
  trx: Trx,
  hooks: Hooks,
  request: ValidRequest,
  resourceId: number,
): Promise<number> {
  const now = new Date()
  return insertRow(trx, hooks, "migration", {
    created: now,
    modified: now,
    uuid: randomUUID(),
    error_message: "",
    error_traceback: "",
    state: CoreState.CREATION_SCHEDULED,
    mappings: textJson(request.mappings),
    created_by_id: request.userId,
    src_resource_id: request.srcResource.id,
    dst_resource_id: resourceId,
  })
}
