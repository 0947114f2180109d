import { sql } from "kysely"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db, Trx } from "../../models/database.ts"
import type { Difference, UnmanagedObject, VerifySummary } from "../../models/own-tables.ts"
import { CloudError } from "../../openstack/index.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import { StageYield } from "../queue/interruption.ts"
import type { StageItem } from "../stage/apply.ts"
import { withReadRetry } from "../stage/read-retry.ts"
import { sourceChanges } from "../survey/source-changes.ts"
import type { SurveyClouds } from "../survey/survey.ts"
import { loadCreated, unmanagedIn } from "./created-objects.ts"

export interface Verified {
  readonly summary: VerifySummary
  readonly notes: readonly Note[]
}

/** What an object that was read back does not have as planned; nothing, where it is an exact copy. */
interface Note {
  /** Id of the plan's object. */
  readonly id: string
  readonly differences: readonly Difference[]
}

/** Objects that are there and not in the plan, as far as they are kept by name. */
const namedUnmanaged = 500

/**
 * Reads both clouds: compares the destination with the plan, attribute by attribute, and the plan with what the source
 * tells now. Writes nothing.
 * @param context the destination, read anew at each call
 * @param waits whether a long pause of the destination is worth waiting for
 * @throws StageYield for such a pause
 */
export async function verifyTenant(
  db: Db,
  context: () => Promise<CloudContext>,
  clouds: Pick<SurveyClouds, "source" | "stopped">,
  inputs: PlanInputs | undefined,
  migration: number,
  waits: boolean,
): Promise<Verified> {
  const at = new Date().toISOString()
  if ((await context()).projectId === "") return { summary: { at, compared: 0, differences: 0 }, notes: [] }
  const [{ summary, notes }, source] = await Promise.all([
    verifyDestination(db, context, migration, clouds.stopped, waits),
    inputs === undefined ? undefined : sourceChanges(db, clouds, inputs, migration),
  ])
  return { summary: { at, ...summary, ...(source && { source }) }, notes }
}

async function verifyDestination(
  db: Db,
  context: () => Promise<CloudContext>,
  migration: number,
  stopped: AbortSignal | undefined,
  waits: boolean,
): Promise<Verified> {
  try {
    const { parts, ours } = await loadCreated(db, migration)
    const results = await withReadRetry(async () => {
      const seen = await context()
      return Promise.all(parts.map(({ kind, done }) => verifyKind(kind, seen, done, ours)))
    }, stopped)
    const notes = results.flatMap((one) => one.notes)
    const unmanaged = results.flatMap((one) => one.unmanaged)
    const differing = notes.reduce((sum, one) => sum + one.differences.length, 0)
    return {
      summary: {
        compared: notes.length,
        differences: differing + unmanaged.length,
        unmanaged: { count: unmanaged.length, objects: unmanaged.slice(0, namedUnmanaged) },
      },
      notes,
    }
  } catch (error) {
    if (!(error instanceof CloudError) && (waits || !(error instanceof StageYield))) throw error
    return { summary: { compared: 0, differences: 0, unread: error.message }, notes: [] }
  }
}

async function verifyKind(
  kind: AnyKind,
  context: CloudContext,
  done: readonly StageItem[],
  ours: ReadonlyMap<string, string>,
): Promise<{ readonly notes: readonly Note[]; readonly unmanaged: readonly UnmanagedObject[] }> {
  if (done.length === 0 && kind.verify.unmanagedName === undefined) return { notes: [], unmanaged: [] }
  const actual = await list(kind, context, done)
  const byId = new Map(actual.map((one) => [kind.api.id(one), one]))
  return {
    notes: done.map((item) => ({ id: item.id, differences: compareOne(kind, item, byId) })),
    unmanaged: unmanagedIn(kind, actual, done, ours),
  }
}

/** A cloud that does not know a kind of which nothing was planned has nothing of it. */
async function list(
  kind: AnyKind,
  context: CloudContext,
  done: readonly StageItem[],
): Promise<readonly unknown[]> {
  try {
    return await kind.api.list(context, done)
  } catch (error) {
    if (done.length === 0 && error instanceof CloudError && error.failure.status === 404) return []
    throw error
  }
}

function compareOne(
  kind: AnyKind,
  item: StageItem,
  byId: ReadonlyMap<string, unknown>,
): readonly Difference[] {
  const seen = byId.get(item.backendId ?? "")
  return seen === undefined
    ? [{ attribute: "id", expected: item.backendId, seen: null }]
    : kind.verify.compare(item.body, seen)
}

/** Keeps what was found for each object, in place of what was found before. */
export async function noteVerified(trx: Trx, notes: readonly Note[]): Promise<void> {
  await sql`
    update openstack_replication.object as object set differences = noted.differences::jsonb
    from unnest(
      ${notes.map(({ id }) => id)}::bigint[],
      ${notes.map(({ differences }) => JSON.stringify(differences))}::text[]
    ) as noted (id, differences)
    where object.id = noted.id`.execute(trx)
}
