import { isDeepStrictEqual } from "node:util"
import type { ObjectHooks } from "../../handlers/index.ts"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind, RowContext } from "../../kinds/kind.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import type { Trx } from "../../models/database.ts"
import type { Planned } from "../../planning/plan.ts"
import { insertObjectRows, type RowIds, rowContext } from "../plan/object-rows.ts"
import { noNotes, plannedRow, storeObjects, storeOmitted, updateObjects } from "../plan/plan-store.ts"
import { dependents, surveyStage } from "../stage/graph.ts"
import { callInserted } from "../stage/inserted-rows.ts"

type StoredObject = Awaited<ReturnType<typeof loadStored>>[number]

/**
 * Replaces a stored plan by the plan of the live source: objects of kinds that depend on the survey are added, updated
 * and deleted, with their host rows. Objects that a request was sent for stay as they are, so that a survey may run again.
 */
export async function replan(
  trx: Trx,
  migrationId: number,
  plan: TenantPlan,
  handlers: Required<ObjectHooks>,
): Promise<void> {
  const surveyed = new Set<string>(dependents(surveyStage))
  const stored = await loadStored(trx, migrationId)
  const known = new Set(stored.map(refOf))
  const unrequested = new Map(
    stored
      .filter((row) => surveyed.has(row.kind) && row.state === "planned" && row.create_requests === 0)
      .map((object) => [refOf(object), object]),
  )
  const { context, rowIds } = await loadOwner(trx, migrationId)

  for (const { kind, objects } of plan.parts) {
    if (!surveyed.has(kind.name)) continue
    const added = objects.filter(({ key }) => !known.has(`${kind.name}/${key}`))
    const changed = objects.flatMap((object) => {
      const before = unrequested.get(`${kind.name}/${object.key}`)
      return before === undefined || isSame(before, object) ? [] : [{ before, object }]
    })
    await updateChanged(context, kind, changed)
    await insertObjectRows(context, rowIds, kind, added)
    const rows = added.map((object) =>
      plannedRow(kind.name, object, rowIds.get(`${kind.name}/${object.key}`) ?? null),
    )
    await storeObjects(trx, migrationId, rows)
    await callInserted(trx, handlers, kind, added, rowIds)
  }
  const planned = new Set(
    plan.parts.flatMap(({ kind, objects }) => objects.map(({ key }) => `${kind.name}/${key}`)),
  )
  const obsolete = [...unrequested.values()].filter((object) => !planned.has(refOf(object)))
  await deleteObsolete(trx, obsolete, handlers)
  await storeOmitted(trx, migrationId, plan.omitted)
}

function loadStored(trx: Trx, migrationId: number) {
  return trx
    .selectFrom("openstack_replication.object")
    .select(["id", "kind", "key", "name", "body", "notes", "row_id", "state", "create_requests"])
    .where("migration_id", "=", migrationId)
    .where("state", "!=", "omitted")
    .execute()
}

function refOf({ kind, key }: { readonly kind: string; readonly key: string }): string {
  return `${kind}/${key}`
}

function isSame(before: StoredObject, { name, body, notes }: Planned<unknown>): boolean {
  return (
    before.name === name &&
    isDeepStrictEqual(before.body, asJson(body)) &&
    isDeepStrictEqual(before.notes, asJson(notes ?? noNotes))
  )
}

/** A value as a jsonb column returns it. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

async function updateChanged(
  context: RowContext,
  kind: AnyKind,
  changed: readonly { readonly before: StoredObject; readonly object: Planned<unknown> }[],
): Promise<void> {
  const rows = changed.flatMap(({ before, object }) =>
    before.row_id === null ? [] : [{ rowId: before.row_id, body: object.body, before: before.body }],
  )
  await kind.rows?.update?.(context, rows)
  await updateObjects(
    context.trx,
    changed.map(({ before, object }) => ({ id: before.id, object })),
  )
}

/**
 * Deletes objects from the plan, with their host rows. Kinds are taken in reverse order, so that a row goes before the row
 * that it refers to.
 */
async function deleteObsolete(
  trx: Trx,
  objects: readonly StoredObject[],
  handlers: Required<ObjectHooks>,
): Promise<void> {
  if (objects.length === 0) return
  for (const { name, rows } of kinds.toReversed()) {
    const rowIds = objects.flatMap(({ kind, row_id }) => (kind === name ? (row_id ?? []) : []))
    if (rowIds.length === 0 || rows?.delete === undefined) continue
    const { inserted: table } = rows
    if (table !== undefined) await handlers.deleted(trx, { kind: name, table, rowIds })
    await rows.delete(trx, rowIds)
  }
  const ids = objects.map(({ id }) => id)
  await trx.deleteFrom("openstack_replication.object").where("id", "in", ids).execute()
}

/** Returns the tenant that the rows belong to, and the ids of the rows that exist. */
async function loadOwner(trx: Trx, migrationId: number) {
  const tenant = await trx
    .selectFrom("openstack_replication.run as run")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "run.tenant_id")
    .select(["tenant.id", "tenant.project_id", "tenant.service_settings_id"])
    .where("run.migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  const objects = await trx
    .selectFrom("openstack_replication.object")
    .select(["kind", "key", "row_id"])
    .where("migration_id", "=", migrationId)
    .where("row_id", "is not", null)
    .execute()
  const rowIds: RowIds = new Map(objects.map((object) => [refOf(object), object.row_id ?? 0]))
  const { id: tenantId, project_id: projectId, service_settings_id: settingsId } = tenant
  const context = rowContext({ trx, now: new Date(), tenantId, projectId, settingsId }, rowIds)
  return { context, rowIds }
}
