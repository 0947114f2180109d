import { ReplicationError } from "../../errors.ts"
import type { TenantPlan } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import type { SourceChange, SourceChanges } from "../../models/own-tables.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import type { Planned } from "../../planning/plan.ts"
import type { SourceTenant } from "../../planning/source.ts"
import { planInputs } from "../plan/plan-request.ts"
import { omittedKey } from "../plan/plan-store.ts"
import { StageYield } from "../queue/interruption.ts"
import { readSource, rowGone, type SurveyClouds } from "./survey.ts"

/** What the source tells now that it did not tell when the plan was made: it is read and planned once more. */
export async function sourceChanges(
  db: Db,
  clouds: Pick<SurveyClouds, "source" | "stopped">,
  inputs: PlanInputs,
  migration: number,
): Promise<SourceChanges> {
  const source = await readNow(db, clouds, inputs)
  if (typeof source === "string") return { unread: source, changes: [] }
  const all = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "key", "name", "body", "state"])
    .where("migration_id", "=", migration)
    .orderBy("position")
    .execute()
  const [left, planned] = [all.filter(isLeft), all.filter((one) => !isLeft(one))]
  const before = new Map(planned.map((one) => [`${one.kind}/${one.key}`, one]))
  const plan = planNow(inputs, source)
  if (typeof plan === "string") return { unread: plan, changes: [] }
  const now = plan.parts.flatMap(({ kind, objects }) =>
    objects.map((object) => ({ kind: kind.name, ...object })),
  )
  const names = new Set(now.map(({ kind, key }) => `${kind}/${key}`))
  const gone = planned.flatMap(({ kind, key, name }): readonly SourceChange[] =>
    names.has(`${kind}/${key}`) ? [] : [{ kind, key, name, attribute: "id", planned: key, now: null }],
  )
  const leftOut = new Set(left.map(({ kind, key }) => `${kind}/${key}`))
  const changed = now.flatMap((object) => {
    const known = before.get(`${object.kind}/${object.key}`)
    if (known !== undefined) return attributesChanged(object, known.body)
    return leftOut.has(`${object.kind}/${omittedKey(object.key)}`) ? [] : [appeared(object)]
  })
  return { changes: [...gone, ...changed] }
}

function isLeft({ state }: { readonly state: string }): boolean {
  return state === "omitted"
}

/** The plan of a source, or why it cannot be planned any more. */
function planNow(inputs: PlanInputs, source: SourceTenant): TenantPlan | string {
  try {
    return planInputs(inputs, source)
  } catch (error) {
    if (error instanceof ReplicationError) return error.message
    throw error
  }
}

type Named = Planned<unknown> & { readonly kind: string }

function appeared({ kind, key, name }: Named): SourceChange {
  return { kind, key, name, attribute: "id", planned: null, now: key }
}

/** Quotas follow what is used, and are compared where they are set. An attribute that was dropped stays so. */
function attributesChanged({ kind, key, name, body }: Named, planned: unknown): readonly SourceChange[] {
  if (kind === "quota") return []
  const before = planned as Readonly<Record<string, unknown>>
  const now = body as Readonly<Record<string, unknown>>
  return Object.keys(before).flatMap((attribute) =>
    text(before[attribute]) === text(now[attribute])
      ? []
      : [{ kind, key, name, attribute, planned: before[attribute], now: now[attribute] ?? null }],
  )
}

/** The cloud lists in any order, and jsonb keeps keys in its own. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).toSorted().join()}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const entries = Object.entries(value).map(([key, one]) => `${key}:${text(one)}`)
  return `{${entries.toSorted().join()}}`
}

/** The source, or why it was not read. What is told of it beside a finished copy is not worth its pause. */
async function readNow(
  ...[db, clouds, inputs]: Parameters<typeof readSource>
): Promise<SourceTenant | string> {
  try {
    const read = await readSource(db, clouds, inputs)
    return read === undefined ? rowGone : (read.unread ?? read.source)
  } catch (error) {
    if (!(error instanceof StageYield)) throw error
    return `The source asked for a pause of ${Math.ceil(error.delayMs / 1_000)} s.`
  }
}
