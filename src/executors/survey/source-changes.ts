import { ReplicationError } from "../../errors.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import type { SourceChange, SourceChanges } from "../../models/own-tables.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import type { Planned } from "../../planning/plan.ts"
import type { SourceTenant } from "../../planning/source.ts"
import { equalUnordered } from "../../planning/unordered.ts"
import { planInputs } from "../plan/plan-request.ts"
import { omittedKey } from "../plan/plan-store.ts"
import { StageYield } from "../queue/interruption.ts"
import type { StageClouds } from "../stage/stage.ts"
import { noSourceRow, readSource } from "./read-source.ts"

/** Returns what has changed at the source since the plan was made: the source is read and planned again. */
export async function sourceChanges(
  db: Db,
  clouds: Pick<StageClouds, "source" | "stopped">,
  inputs: PlanInputs,
  migrationId: number,
): Promise<SourceChanges> {
  const source = await readIfPossible(db, clouds, inputs)
  if (typeof source === "string") return { unread: source, changes: [] }
  const plan = planIfPossible(inputs, source)
  if (typeof plan === "string") return { unread: plan, changes: [] }
  const stored = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "key", "name", "body", "state"])
    .where("migration_id", "=", migrationId)
    .orderBy("position")
    .execute()
  return { changes: compareWithPlan(stored, plan) }
}

interface StoredObject {
  readonly kind: string
  readonly key: string
  readonly name: string
  readonly body: unknown
  readonly state: string
}

type PlannedObject = Planned<unknown> & { readonly kind: string }

/** Objects that are gone, changed or new since they were stored. */
function compareWithPlan(stored: readonly StoredObject[], plan: TenantPlan): readonly SourceChange[] {
  const now = plan.parts.flatMap(({ kind, objects }) =>
    objects.map((object): PlannedObject => ({ kind: kind.name, ...object })),
  )
  const refs = new Set(now.map(({ kind, key }) => `${kind}/${key}`))
  const planned = new Map(stored.flatMap((object) => (isOmitted(object) ? [] : [[refOf(object), object]])))
  const omitted = new Set(stored.filter(isOmitted).map(refOf))
  const gone = [...planned.values()].flatMap((object) =>
    refs.has(refOf(object)) ? [] : [disappeared(object)],
  )
  const changed = now.flatMap((object) => {
    const before = planned.get(refOf(object))
    if (before !== undefined) return changedAttributes(object, before.body)
    return omitted.has(`${object.kind}/${omittedKey(object.key)}`) ? [] : [appeared(object)]
  })
  return [...gone, ...changed]
}

function refOf({ kind, key }: { readonly kind: string; readonly key: string }): string {
  return `${kind}/${key}`
}

function isOmitted({ state }: StoredObject): boolean {
  return state === "omitted"
}

function disappeared({ kind, key, name }: StoredObject): SourceChange {
  return { kind, key, name, attribute: "id", planned: key, now: null }
}

function appeared({ kind, key, name }: PlannedObject): SourceChange {
  return { kind, key, name, attribute: "id", planned: null, now: key }
}

/**
 * Returns the attributes that have changed. Quotas are left to the verification of the destination: they follow usage.
 * An attribute that was dropped is not compared.
 */
function changedAttributes(
  { kind, key, name, body }: PlannedObject,
  planned: unknown,
): readonly SourceChange[] {
  if (kind === "quota") return []
  const before = planned as Readonly<Record<string, unknown>>
  const now = body as Readonly<Record<string, unknown>>
  return Object.keys(before).flatMap((attribute) =>
    equalUnordered(before[attribute], now[attribute])
      ? []
      : [{ kind, key, name, attribute, planned: before[attribute], now: now[attribute] ?? null }],
  )
}

/** Returns the plan of a source, or why it can no longer be planned. */
function planIfPossible(inputs: PlanInputs, source: SourceTenant): TenantPlan | string {
  try {
    return planInputs(inputs, source)
  } catch (error) {
    if (error instanceof ReplicationError) return error.message
    throw error
  }
}

/** Returns the source, or why it was not read. A finished copy does not wait for a pause of the source. */
async function readIfPossible(
  ...[db, clouds, inputs]: Parameters<typeof readSource>
): Promise<SourceTenant | string> {
  try {
    const reading = await readSource(db, clouds, inputs)
    return reading === undefined ? noSourceRow : (reading.unread ?? reading.source)
  } catch (error) {
    if (!(error instanceof StageYield)) throw error
    return `The source cloud requested a pause of ${Math.ceil(error.delayMs / 1_000)} s. Request the verification again after it.`
  }
}
