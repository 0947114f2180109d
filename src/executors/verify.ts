import { sql } from "kysely"
import type { CloudContext } from "../kinds/cloud-context.ts"
import { kinds } from "../kinds/index.ts"
import type { AnyKind } from "../kinds/kind.ts"
import type { Db } from "../models/database.ts"
import type { Difference, VerifySummary } from "../models/own-tables.ts"
import { CloudError } from "../openstack/index.ts"
import type { PlanInputs } from "../planning/inputs.ts"
import type { Work } from "./apply.ts"
import { sourceChanges } from "./source-changes.ts"
import type { SurveyClouds } from "./survey.ts"
import { loadWorks } from "./works.ts"

/**
 * Reads both clouds: compares the destination with the plan, attribute by attribute, and the plan with what the source
 * tells now. Notes the differences per object.
 */
export async function verifyTenant(
  db: Db,
  context: CloudContext,
  clouds: Pick<SurveyClouds, "source">,
  inputs: PlanInputs | undefined,
  migration: number,
): Promise<VerifySummary> {
  const at = new Date().toISOString()
  if (context.projectId === "") return { at, compared: 0, differences: 0 }
  const [seen, source] = await Promise.all([
    verifyDestination(db, context, migration),
    inputs === undefined ? undefined : sourceChanges(db, clouds, inputs, migration),
  ])
  return { at, ...seen, ...(source && { source }) }
}

async function verifyDestination(db: Db, context: CloudContext, migration: number): Promise<VerifySummary> {
  try {
    const results = await Promise.all(kinds.map((kind) => verifyKind(db, kind, context, migration)))
    return {
      compared: results.reduce((sum, one) => sum + one.compared, 0),
      differences: results.reduce((sum, one) => sum + one.differences, 0),
    }
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    return { compared: 0, differences: 0, unread: error.message }
  }
}

async function verifyKind(
  db: Db,
  kind: AnyKind,
  context: CloudContext,
  migration: number,
): Promise<VerifySummary> {
  const { works } = await loadWorks(db, kind, migration)
  const done = works.filter((work) => work.backendId !== null)
  if (done.length === 0) return { compared: 0, differences: 0 }
  const actual: readonly unknown[] = await kind.list(context, done)
  const byId = new Map(actual.map((one) => [kind.id(one), one]))
  const results = done.map((work) => ({ work, differences: compareOne(kind, work, byId) }))
  await note(db, results)

  const ours = new Set(done.map(({ backendId }) => backendId))
  const extra =
    kind.unwanted?.(
      done,
      actual.filter((one) => !ours.has(kind.id(one))),
    ) ?? []
  return {
    compared: done.length,
    differences: results.reduce((sum, one) => sum + one.differences.length, extra.length),
  }
}

function compareOne(kind: AnyKind, work: Work, byId: ReadonlyMap<string, unknown>): readonly Difference[] {
  const seen = byId.get(work.backendId ?? "")
  return seen === undefined
    ? [{ attribute: "id", expected: work.backendId, seen: null }]
    : kind.compare(work.body, seen)
}

async function note(
  db: Db,
  results: readonly { readonly work: Work; readonly differences: readonly Difference[] }[],
): Promise<void> {
  await sql`
    update openstack_replication.object as object set differences = noted.differences::jsonb
    from unnest(
      ${results.map(({ work }) => work.id)}::bigint[],
      ${results.map(({ differences }) => JSON.stringify(differences))}::text[]
    ) as noted (id, differences)
    where object.id = noted.id`.execute(db)
}
