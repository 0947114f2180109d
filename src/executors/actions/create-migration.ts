import { randomUUID } from "node:crypto"
import { type Hooks, insertRow } from "../../handlers/index.ts"
import { kinds } from "../../kinds/index.ts"
import type { RowContext } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import { randomPassword, tenantUsername } from "../../models/credentials.ts"
import type { Trx } from "../../models/database.ts"
import { emitEvent } from "../../models/events.ts"
import {
  addToResourceCount,
  insertComponentQuotas,
  insertTenant,
  insertTenantQuotas,
  resourceRow,
} from "../../models/new-tenant.ts"
import { textJson } from "../../models/rows.ts"
import { readSourceTenant } from "../../models/source-tenant.ts"
import { displayName } from "../../models/users.ts"
import { hex } from "../../models/uuid.ts"
import { planRequest, type RequestPlan } from "../plan/plan-request.ts"
import { omittedRow, plannedRow, storeObjects } from "../plan/plan-store.ts"
import type { ValidRequest } from "../plan/request.ts"
import { enqueueStages } from "../queue/jobs.ts"
import { nextStages, stageGraph } from "../stage/graph.ts"

/**
 * Plans a valid request and stores everything that follows from it: the rows of the new tenant, its quotas, the
 * marketplace resource, the migration, the plan and the first job. All in the caller's transaction.
 * Answers the id of the migration's row.
 */
export async function createMigration(
  trx: Trx,
  request: ValidRequest,
  settings: { readonly hooks: Hooks; readonly queueSchema: string },
): Promise<number> {
  const now = new Date()
  const uuid = randomUUID()
  const username = tenantUsername(request.name)
  const marker = `waldur-tenant-${hex(uuid)}`
  const source = await readSourceTenant(trx, request.srcTenantId, request.networkIds)
  const plan = planRequest(request, source, { username, marker })

  const owner = { now, projectId: request.projectId, settingsId: request.dstSettingsId }
  const { name, description } = request
  const tenantId = await insertTenant(trx, {
    ...owner,
    name,
    description,
    uuid,
    username,
    password: randomPassword(),
  })
  const rowIds = await storeRows({ trx, ...owner, tenantId }, plan)
  await insertTenantQuotas(trx, tenantId, plan.quotas)
  await addToResourceCount(trx, request.projectId, request.customerId, 1 + countStateful(plan))

  const { limits } = plan.limits
  const resourceId = await insertRow(
    trx,
    settings.hooks,
    "resource",
    await resourceRow(trx, {
      now,
      projectId: request.projectId,
      offeringId: request.dstOfferingId,
      planId: request.dstPlanId,
      tenantId,
      name,
      description,
      limits,
    }),
  )
  await insertComponentQuotas(trx, resourceId, request.dstOfferingId, limits, now)
  const migrationId = await insertRow(trx, settings.hooks, "migration", {
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
  await trx
    .insertInto("openstack_replication.run")
    .values({
      migration_id: migrationId,
      tenant_id: tenantId,
      src_settings_id: request.srcSettingsId,
      dst_settings_id: request.dstSettingsId,
      context: JSON.stringify({ marker, externalNetworkId: request.externalNetworkId, inputs: plan.inputs }),
      verification: null,
      survey: null,
      started: null,
      finished: null,
    })
    .execute()
  const desired = plan.parts.flatMap(({ kind, objects }) =>
    objects.map((object) => plannedRow(kind.name, object, rowIds.get(`${kind.name}/${object.key}`) ?? null)),
  )
  await storeObjects(trx, migrationId, [...desired, ...plan.omitted.map(omittedRow)])
  await emitEvent(trx, migrationId, "action", {
    action: "create",
    by: await displayName(trx, request.userId),
  })
  await storeStages(trx, migrationId, request.dstSettingsId, settings.queueSchema)
  return migrationId
}

function countStateful(plan: RequestPlan): number {
  return plan.parts.reduce(
    (sum, { kind, objects }) => sum + (kind.rows?.table === undefined ? 0 : objects.length),
    0,
  )
}

/** Inserts the host's rows of every kind that has some, kinds in their order: a subnet's row names its network's. */
async function storeRows(
  owner: Omit<RowContext, "rowId">,
  plan: RequestPlan,
): Promise<ReadonlyMap<string, number>> {
  const rowIds = new Map<string, number>()
  const context: RowContext = {
    ...owner,
    rowId({ ref }) {
      const id = rowIds.get(ref)
      if (id === undefined) throw new Error(`The plan names ${ref}, which has no row.`)
      return id
    },
  }
  for (const { kind, objects } of plan.parts) {
    const ids = (await kind.rows?.insert?.(context, objects)) ?? []
    for (const [index, { key }] of objects.entries()) {
      const id = ids[index]
      if (id !== undefined) rowIds.set(`${kind.name}/${key}`, id)
    }
  }
  return rowIds
}

async function storeStages(
  trx: Trx,
  migration: number,
  settingsId: number,
  queueSchema: string,
): Promise<void> {
  const graph = stageGraph()
  const waiting = graph.map((stage) => ({ ...stage, state: "waiting" }))
  const { ready } = nextStages(waiting, new Set(kinds.map(({ name }) => name)))
  await trx
    .insertInto("openstack_replication.stage")
    .values(
      graph.map(({ name, dependsOn }) => ({
        migration_id: migration,
        name,
        depends_on: [...dependsOn],
        state: ready.includes(name) ? ("ready" as const) : ("waiting" as const),
        started: null,
        finished: null,
      })),
    )
    .execute()
  await enqueueStages(trx, queueSchema, settingsId, migration, ready)
}
