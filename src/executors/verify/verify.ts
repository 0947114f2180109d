import { sql } from "kysely"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db, Trx } from "../../models/database.ts"
import type { Difference, UnmanagedObject, VerifySummary } from "../../models/own-tables.ts"
import { CloudError, isNotFound } from "../../openstack/index.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import { StageYield } from "../queue/interruption.ts"
import type { StageItem } from "../stage/items.ts"
import { withReadRetry } from "../stage/read-retry.ts"
import type { StageClouds } from "../stage/stage.ts"
import { sourceChanges } from "../survey/source-changes.ts"
import { type CreatedObjects, findUnmanaged, loadCreated } from "./created-objects.ts"

/** What a verification works with. */
export interface VerifyContext {
  readonly db: Db
  readonly migrationId: number
  readonly clouds: Pick<StageClouds, "source" | "context" | "stopped">
  readonly inputs: PlanInputs
  /** Whether a long pause of the destination is waited for; otherwise it counts as unreadable. */
  readonly waitsForPauses: boolean
}

export interface Verified {
  readonly summary: VerifySummary
  /** The destination with what was read of it; undefined where nothing was. */
  readonly destination?: CloudContext | undefined
  readonly comparisons: readonly Comparison[]
}

/** The differences of one object; an exact copy has none. */
interface Comparison {
  /** Id of the object's row. */
  readonly id: string
  readonly differences: readonly Difference[]
}

/** Unmanaged objects that a summary names. */
const maxNamed = 500

/**
 * Reads both clouds, and compares the destination with the plan and the plan with the source. Writes nothing.
 * @throws StageYield for a long pause of the destination that is waited for
 */
export async function verifyTenant(context: VerifyContext): Promise<Verified> {
  const { db, migrationId, clouds, inputs } = context
  const at = new Date().toISOString()
  const { projectId } = await clouds.context()
  if (projectId === "") return { summary: { at, compared: 0, differences: 0 }, comparisons: [] }
  const [{ summary, comparisons, destination }, source] = await Promise.all([
    verifyDestination(context),
    sourceChanges(db, clouds, inputs, migrationId),
  ])
  return { summary: { ...summary, at, source }, comparisons, destination }
}

interface DestinationResult {
  readonly destination?: CloudContext
  readonly summary: Omit<VerifySummary, "at" | "source">
  readonly comparisons: readonly Comparison[]
}

async function verifyDestination(context: VerifyContext): Promise<DestinationResult> {
  const { db, migrationId, clouds, waitsForPauses } = context
  try {
    const { parts, names } = await loadCreated(db, migrationId)
    return await withReadRetry(async () => {
      const destination = await clouds.context()
      const results = await Promise.all(
        parts.map(({ kind, items }) => verifyKind(kind, destination, items, names)),
      )
      return { ...summarize(results), destination }
    }, clouds.stopped)
  } catch (error) {
    const isUnreadable = error instanceof CloudError || (error instanceof StageYield && !waitsForPauses)
    if (!isUnreadable) throw error
    return { summary: { compared: 0, differences: 0, unread: error.message }, comparisons: [] }
  }
}

interface KindResult {
  readonly comparisons: readonly Comparison[]
  readonly unmanaged: readonly UnmanagedObject[]
}

function summarize(results: readonly KindResult[]): DestinationResult {
  const comparisons = results.flatMap((result) => result.comparisons)
  const unmanaged = results.flatMap((result) => result.unmanaged)
  const differing = comparisons.reduce((sum, { differences }) => sum + differences.length, 0)
  return {
    summary: {
      compared: comparisons.length,
      differences: differing + unmanaged.length,
      unmanaged: { count: unmanaged.length, objects: unmanaged.slice(0, maxNamed) },
    },
    comparisons,
  }
}

async function verifyKind(
  kind: AnyKind,
  context: CloudContext,
  items: readonly StageItem[],
  names: CreatedObjects["names"],
): Promise<KindResult> {
  if (items.length === 0 && kind.verify.unmanagedName === undefined) return { comparisons: [], unmanaged: [] }
  const actual = await list(kind, context, items)
  const byId = new Map(actual.map((object) => [kind.api.id(object), object]))
  return {
    comparisons: items.map((item) => ({ id: item.id, differences: compareItem(kind, item, byId) })),
    unmanaged: findUnmanaged(kind, actual, items, names),
  }
}

/** Lists a kind. A cloud without the extension of a kind of which nothing was planned has no such objects. */
async function list(
  kind: AnyKind,
  context: CloudContext,
  items: readonly StageItem[],
): Promise<readonly unknown[]> {
  try {
    return await kind.api.list(context, items)
  } catch (error) {
    if (items.length === 0 && isNotFound(error)) return []
    throw error
  }
}

function compareItem(
  kind: AnyKind,
  item: StageItem,
  byId: ReadonlyMap<string, unknown>,
): readonly Difference[] {
  const actual = byId.get(item.backendId ?? "")
  return actual === undefined
    ? [{ attribute: "id", expected: item.backendId, seen: null }]
    : kind.verify.compare(item.body, actual)
}

/** Records the differences of each compared object, and replaces those of an earlier verification. */
export async function recordDifferences(trx: Trx, comparisons: readonly Comparison[]): Promise<void> {
  await sql`
    update openstack_replication.object as object set differences = compared.differences::jsonb
    from unnest(
      ${comparisons.map(({ id }) => id)}::bigint[],
      ${comparisons.map(({ differences }) => JSON.stringify(differences))}::text[]
    ) as compared (id, differences)
    where object.id = compared.id`.execute(trx)
}
