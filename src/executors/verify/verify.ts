import { sql } from "kysely"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db, Trx } from "../../models/database.ts"
import type { Difference, Extra, VerifySummary } from "../../models/own-tables.ts"
import { CloudError } from "../../openstack/index.ts"
import type { PlanInputs } from "../../planning/inputs.ts"
import { HandOver } from "../queue/interruption.ts"
import type { Work } from "../stage/apply.ts"
import { patiently } from "../stage/read-retry.ts"
import { sourceChanges } from "../survey/source-changes.ts"
import type { SurveyClouds } from "../survey/survey.ts"
import { foreignOf, loadStanding } from "./created-objects.ts"

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
const namedExtras = 500

/**
 * Reads both clouds: compares the destination with the plan, attribute by attribute, and the plan with what the source
 * tells now. Writes nothing.
 * @param context the destination, read anew at each call
 * @param waits whether a long pause of the destination is worth waiting for
 * @throws HandOver for such a pause
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
    const { parts, ours } = await loadStanding(db, migration)
    const results = await patiently(async () => {
      const seen = await context()
      return Promise.all(parts.map(({ kind, done }) => verifyKind(kind, seen, done, ours)))
    }, stopped)
    const notes = results.flatMap((one) => one.notes)
    const extra = results.flatMap((one) => one.extra)
    const differing = notes.reduce((sum, one) => sum + one.differences.length, 0)
    return {
      summary: {
        compared: notes.length,
        differences: differing + extra.length,
        extra: { count: extra.length, objects: extra.slice(0, namedExtras) },
      },
      notes,
    }
  } catch (error) {
    if (!(error instanceof CloudError) && (waits || !(error instanceof HandOver))) throw error
    return { summary: { compared: 0, differences: 0, unread: error.message }, notes: [] }
  }
}

async function verifyKind(
  kind: AnyKind,
  context: CloudContext,
  done: readonly Work[],
  ours: ReadonlyMap<string, string>,
): Promise<{ readonly notes: readonly Note[]; readonly extra: readonly Extra[] }> {
  if (done.length === 0 && kind.foreign === undefined) return { notes: [], extra: [] }
  const actual = await list(kind, context, done)
  const byId = new Map(actual.map((one) => [kind.id(one), one]))
  return {
    notes: done.map((work) => ({ id: work.id, differences: compareOne(kind, work, byId) })),
    extra: foreignOf(kind, actual, done, ours),
  }
}

/** A cloud that does not know a kind of which nothing was planned has nothing of it. */
async function list(
  kind: AnyKind,
  context: CloudContext,
  done: readonly Work[],
): Promise<readonly unknown[]> {
  try {
    return await kind.list(context, done)
  } catch (error) {
    if (done.length === 0 && error instanceof CloudError && error.failure.status === 404) return []
    throw error
  }
}

function compareOne(kind: AnyKind, work: Work, byId: ReadonlyMap<string, unknown>): readonly Difference[] {
  const seen = byId.get(work.backendId ?? "")
  return seen === undefined
    ? [{ attribute: "id", expected: work.backendId, seen: null }]
    : kind.compare(work.body, seen)
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
