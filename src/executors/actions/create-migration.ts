import { randomUUID } from "node:crypto"
import type { Handlers } from "../../handlers/index.ts"
import { kinds } from "../../kinds/index.ts"
import { tenantUsername } from "../../models/credentials.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import type { RunContext } from "../../models/own-tables.ts"
import { readSourceTenant } from "../../models/source-tenant.ts"
import { displayName } from "../../models/users.ts"
import { hex } from "../../models/uuid.ts"
import type { RowIds } from "../plan/object-rows.ts"
import { planRequest, type RequestPlan } from "../plan/plan-request.ts"
import { plannedRow, storeObjects, storeOmitted } from "../plan/plan-store.ts"
import type { ValidRequest } from "../plan/request.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { nextStages, stageGraph } from "../stage/graph.ts"
import { callInserted } from "../stage/inserted-rows.ts"
import { insertMigration, insertResource, insertTenantRows } from "./insert-host-rows.ts"

/** What a migration is created with. */
export interface CreateContext {
  readonly handlers: Pick<Handlers, "hooks" | "objects">
  readonly queueSchema: string
  /** The address that the request came from. */
  readonly ipAddress: string
}

/**
 * Plans a valid request and stores all that follows from it, in the caller's transaction: the rows of the new tenant,
 * its quotas, the marketplace resource, the migration, the plan and the first job.
 * @returns the id of the migration's row
 * @throws CIDR_MAPPING, ADDRESS_DOES_NOT_FIT
 */
export async function createMigration(
  trx: Trx,
  request: ValidRequest,
  { handlers: { hooks, objects }, queueSchema, ipAddress }: CreateContext,
): Promise<number> {
  const uuid = randomUUID()
  const identity = { username: tenantUsername(request.name), marker: `waldur-tenant-${hex(uuid)}` }
  const source = await readSourceTenant(trx, request.srcTenantId, request.networkIds)
  const plan = planRequest(request, source, identity)

  const { tenantId, rowIds } = await insertTenantRows(trx, request, plan, {
    uuid,
    username: identity.username,
  })
  const resourceId = await insertResource(trx, hooks, request, plan, tenantId)
  const migrationId = await insertMigration(trx, hooks, request, resourceId)
  await insertRun(trx, request, plan, { migrationId, tenantId, ipAddress })
  await objects.inserted(trx, { kind: "project", table: "openstack_tenant", rowIds: [tenantId] })
  for (const { kind, objects: planned } of plan.parts) await callInserted(trx, objects, kind, planned, rowIds)
  await storePlan(trx, migrationId, plan, rowIds)
  const requestedBy = await displayName(trx, request.userId)
  await emitEvent(trx, migrationId, "action", { action: "create", by: requestedBy })
  await insertStages(trx, queueSchema, { migrationId, settingsId: request.dstSettingsId })
  return migrationId
}

interface RunIds {
  readonly migrationId: number
  readonly tenantId: number
  readonly ipAddress: string
}

async function insertRun(
  trx: Trx,
  { userId, srcSettingsId, dstSettingsId, externalNetworkId }: ValidRequest,
  { inputs }: RequestPlan,
  { migrationId, tenantId, ipAddress }: RunIds,
): Promise<void> {
  const { marker } = inputs.destination
  const context: RunContext = { marker, externalNetworkId, inputs, requester: { userId, ipAddress } }
  await trx
    .insertInto("openstack_replication.run")
    .values({
      migration_id: migrationId,
      tenant_id: tenantId,
      src_settings_id: srcSettingsId,
      dst_settings_id: dstSettingsId,
      context: JSON.stringify(context),
      verification: null,
      survey: null,
      started: null,
      finished: null,
    })
    .execute()
}

/** Stores the plan's objects and what it omits. */
async function storePlan(trx: Trx, migrationId: number, plan: RequestPlan, rowIds: RowIds): Promise<void> {
  const planned = plan.parts.flatMap(({ kind, objects }) =>
    objects.map((object) => plannedRow(kind.name, object, rowIds.get(`${kind.name}/${object.key}`) ?? null)),
  )
  await storeObjects(trx, migrationId, planned)
  await storeOmitted(trx, migrationId, plan.omitted)
}

/** Inserts the stages of the graph and enqueues those that depend on no other. */
async function insertStages(
  trx: Trx,
  queueSchema: string,
  { migrationId, settingsId }: { readonly migrationId: number; readonly settingsId: number },
): Promise<void> {
  const graph = stageGraph()
  const waiting = graph.map((stage) => ({ ...stage, state: "waiting" }))
  const { ready } = nextStages(waiting, new Set(kinds.map(({ name }) => name)))
  await trx
    .insertInto("openstack_replication.stage")
    .values(
      graph.map(({ name, dependsOn }) => ({
        migration_id: migrationId,
        name,
        depends_on: [...dependsOn],
        state: ready.includes(name) ? ("ready" as const) : ("waiting" as const),
        started: null,
        finished: null,
      })),
    )
    .execute()
  await enqueueStages(trx, queueSchema, { migration: migrationId, cloud: settingsId, stages: ready })
}
