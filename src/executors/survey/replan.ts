import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import type { RowContext } from "../../kinds/kind.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import { CoreState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { addToResourceCount } from "../../models/new-tenant.ts"
import type { Planned } from "../../planning/plan.ts"
import { omittedRow, plannedRow, storeObjects } from "../plan/plan-store.ts"
import { dependents, surveyStage } from "../stage/graph.ts"
import { setHostRows } from "../stage/host-rows.ts"
import type { Surveyed } from "./survey.ts"

interface Stored {
  readonly id: string
  readonly kind: string
  readonly key: string
  readonly name: string
  readonly body: unknown
  readonly notes: unknown
  readonly row_id: number | null
}

/**
 * Keeps what the survey found: the plan becomes that of the live source. Nothing of it was asked for yet. One that was
 * cancelled meanwhile keeps the plan that it had; it is surveyed again when it is taken up again.
 */
export async function storeSurvey(trx: Trx, migrationId: number, surveyed: Surveyed): Promise<void> {
  const { plan, refused, summary } = surveyed
  const run = await trx
    .selectFrom("openstack_replication.run")
    .select("cancelled")
    .where("migration_id", "=", migrationId)
    .executeTakeFirst()
  if (run?.cancelled !== null) return
  if (refused !== undefined) {
    await refuse(trx, migrationId, refused)
    return
  }
  await trx
    .updateTable("openstack_replication.run")
    .set({ survey: JSON.stringify(summary) })
    .where("migration_id", "=", migrationId)
    .execute()
  if (plan !== undefined) await replan(trx, migrationId, plan)
}

/** A source that cannot be planned: every object that waits for the survey has failed for that reason. */
async function refuse(trx: Trx, migrationId: number, reason: string): Promise<void> {
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "failed", reason, modified: new Date() })
    .where("migration_id", "=", migrationId)
    .where("kind", "in", [...dependents(surveyStage)])
    .where("state", "=", "planned")
    .execute()
  await setHostRows(trx, migrationId, "failed", { state: CoreState.ERRED, errorMessage: reason })
}

async function replan(trx: Trx, migrationId: number, plan: TenantPlan): Promise<void> {
  const surveyed = new Set<string>(dependents(surveyStage))
  const stored = await trx
    .selectFrom("openstack_replication.object")
    .select(["id", "kind", "key", "name", "body", "notes", "row_id", "state", "attempts"])
    .where("migration_id", "=", migrationId)
    .where("state", "!=", "omitted")
    .execute()
  const all = new Set(stored.map(({ kind, key }) => `${kind}/${key}`))
  // What was asked for is as it is: a survey that runs again changes nothing of it.
  const open = stored.filter((one) => surveyed.has(one.kind) && one.state === "planned" && one.attempts === 0)
  const byRef = new Map<string, Stored>(open.map((one) => [`${one.kind}/${one.key}`, one]))
  const { context, ...owner } = await rowContext(trx, migrationId)

  let stateful = 0
  for (const { kind, objects } of plan.parts.filter((part) => surveyed.has(part.kind.name))) {
    const fresh = objects.filter(({ key }) => !all.has(`${kind.name}/${key}`))
    const kept = objects.flatMap((object) => {
      const before = byRef.get(`${kind.name}/${object.key}`)
      byRef.delete(`${kind.name}/${object.key}`)
      return before === undefined || same(before, object) ? [] : { before, object }
    })
    await kind.rows?.update?.(
      context,
      kept.flatMap(({ before, object }) =>
        before.row_id === null ? [] : { rowId: before.row_id, body: object.body, before: before.body },
      ),
    )
    await updateObjects(trx, kept)
    const ids = (await kind.rows?.insert?.(context, fresh)) ?? []
    for (const [index, { key }] of fresh.entries()) context.known(`${kind.name}/${key}`, ids[index])
    if (kind.rows?.table !== undefined) stateful += fresh.length
    await storeObjects(
      trx,
      migrationId,
      fresh.map((object, index) => plannedRow(kind.name, object, ids[index] ?? null)),
    )
  }
  stateful -= await forget(trx, [...byRef.values()])
  await trx
    .deleteFrom("openstack_replication.object")
    .where("migration_id", "=", migrationId)
    .where("state", "=", "omitted")
    .execute()
  await storeObjects(trx, migrationId, plan.omitted.map(omittedRow))
  if (stateful !== 0) await addToResourceCount(trx, owner.projectId, owner.customerId, stateful)
}

function same(before: Stored, { name, body, notes }: Planned<unknown>): boolean {
  // jsonb keeps keys in an order of its own.
  const text = (value: unknown) => JSON.stringify(ordered(value))
  return (
    before.name === name &&
    text(before.body) === text(body) &&
    text(before.notes) === text(notes ?? { mapped: {}, dropped: [] })
  )
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, ordered(one)]),
  )
}

async function updateObjects(
  trx: Trx,
  changed: readonly { readonly before: Stored; readonly object: Planned<unknown> }[],
): Promise<void> {
  if (changed.length === 0) return
  await sql`
    update openstack_replication.object as object
    set name = new.name, source_id = new.source_id, body = new.body::jsonb, notes = new.notes::jsonb, modified = now()
    from unnest(
      ${changed.map(({ before }) => before.id)}::bigint[],
      ${changed.map(({ object }) => object.name)}::text[],
      ${changed.map(({ object }) => object.sourceId)}::text[],
      ${changed.map(({ object }) => JSON.stringify(object.body))}::text[],
      ${changed.map(({ object }) => JSON.stringify(object.notes ?? { mapped: {}, dropped: [] }))}::text[]
    ) as new (id, name, source_id, body, notes)
    where object.id = new.id`.execute(trx)
}

/** Takes objects out of the plan, with their rows: what stands in another goes first. Answers the stateful rows. */
async function forget(trx: Trx, objects: readonly Stored[]): Promise<number> {
  if (objects.length === 0) return 0
  let rows = 0
  for (const kind of kinds.toReversed()) {
    const ids = objects.flatMap((one) => (one.kind === kind.name ? (one.row_id ?? []) : []))
    if (ids.length === 0 || kind.rows?.delete === undefined) continue
    await kind.rows?.delete(trx, ids)
    if (kind.rows?.table !== undefined) rows += ids.length
  }
  await trx
    .deleteFrom("openstack_replication.object")
    .where(
      "id",
      "in",
      objects.map(({ id }) => id),
    )
    .execute()
  return rows
}

/** The rows of a tenant that is planned already. */
async function rowContext(trx: Trx, migrationId: number) {
  const tenant = await trx
    .selectFrom("openstack_replication.run as run")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "run.tenant_id")
    .innerJoin("structure_project as project", "project.id", "tenant.project_id")
    .select(["tenant.id", "tenant.project_id", "tenant.service_settings_id", "project.customer_id"])
    .where("run.migration_id", "=", migrationId)
    .executeTakeFirstOrThrow()
  const objects = await trx
    .selectFrom("openstack_replication.object")
    .select(["kind", "key", "row_id"])
    .where("migration_id", "=", migrationId)
    .where("row_id", "is not", null)
    .execute()
  const rowIds = new Map(objects.map(({ kind, key, row_id }) => [`${kind}/${key}`, row_id ?? 0]))
  const context: RowContext & { known(ref: string, id: number | undefined): void } = {
    trx,
    now: new Date(),
    tenantId: tenant.id,
    projectId: tenant.project_id,
    settingsId: tenant.service_settings_id,
    known: (ref, id) => {
      if (id !== undefined) rowIds.set(ref, id)
    },
    rowId({ ref }) {
      const id = rowIds.get(ref)
      if (id === undefined) throw new Error(`The plan names ${ref}, which has no row.`)
      return id
    },
  }
  return { context, projectId: tenant.project_id, customerId: tenant.customer_id }
}
