import { allSettledOrThrow } from "../../kinds/all-settled-or-throw.ts"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import { batchSize } from "../../kinds/cost.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { CloudError, ignoreNotFound } from "../../openstack/index.ts"
import { type BatchSizes, newBatchSizes, requestsAtOnce } from "./batch-size.ts"
import { createBatch, type Pass } from "./create.ts"
import { forEachLimit } from "./for-each-limit.ts"
import type { StageItem } from "./items.ts"
import type { Journal, PairedItem } from "./journal.ts"
import { pair } from "./pair.ts"
import { isOpen, type OpenItem, recordRefusal } from "./refusals.ts"

export interface PassOptions {
  /** Called before each batch; true leaves the remaining batches to a later pass. */
  readonly isStopped?: () => boolean
  /** Batch sizes that this process has adapted to the cloud. */
  readonly sizes?: BatchSizes
}

/**
 * One pass over the objects of a kind: lists what exists, deletes what the cloud put there by itself, matches, updates
 * what differs, and creates what is missing. Returns the objects whose outcome is open; a later pass lists and matches
 * them again, so that nothing is created twice. A pass over finished objects changes nothing.
 *
 * Batches wait here and not in the limiter, so that a cancelled migration never sends them.
 */
export async function applyPass(
  kind: AnyKind,
  context: CloudContext,
  items: readonly StageItem[],
  journal: Journal,
  { isStopped = () => false, sizes = newBatchSizes() }: PassOptions = {},
): Promise<readonly OpenItem[]> {
  if (items.every(isRecorded)) return []
  const { matched, missing, unmatched } = pair(kind, items, await listExisting(kind, context, items))
  const pass: Pass = { kind, context: forCreates(context, items), journal, sizes, open: [] }
  await prune(pass, items, unmatched)
  await recordMatched(pass, matched)
  await forEachLimit(batchesOf(kind, missing, sizes), requestsAtOnce, async (batch) => {
    if (isStopped()) return
    const wanted = await journal.recordCreating(batch)
    if (wanted.length > 0) await createBatch(pass, wanted)
  })
  return pass.open
}

/** Whether the object's id in the cloud was recorded. */
export function isRecorded({ backendId }: StageItem): boolean {
  return backendId !== null
}

/**
 * Lists what the project has of a kind. The project belongs to this migration alone: it has nothing that was neither
 * requested nor auto-created.
 */
async function listExisting(
  kind: AnyKind,
  context: CloudContext,
  items: readonly StageItem[],
): Promise<readonly unknown[]> {
  const mayExist = kind.api.autoCreated === true || items.some((item) => !isRecorded(item) && item.requested)
  return mayExist ? kind.api.list(context, items) : []
}

function forCreates(context: CloudContext, items: readonly StageItem[]): CloudContext {
  const firstRequest = items.every((item) => !isRecorded(item) && !item.requested)
  return { ...context, firstRequest }
}

/**
 * Deletes what the cloud put into created objects by itself. Goes before matched objects are recorded: where a worker
 * dies in between, the next one must still see that nothing had begun.
 */
async function prune(
  { kind, context, journal }: Pass,
  items: readonly StageItem[],
  unmatched: readonly unknown[],
): Promise<void> {
  const begun = items.filter((item) => item.requested || isRecorded(item))
  const toPrune = kind.removal.toPrune?.(items, begun, unmatched) ?? []
  await allSettledOrThrow(toPrune.map((actual) => ignoreNotFound(kind.removal.delete(context, actual))))
  await journal.recordPruned(toPrune)
}

/** Records matched objects as done, and updates those that differ first. */
async function recordMatched(pass: Pass, matched: readonly PairedItem[]): Promise<void> {
  const { kind, journal } = pass
  const differs = ({ item, actual }: PairedItem) =>
    kind.api.update !== undefined && kind.verify.compare(item.body, actual).length > 0
  await journal.recordDone(matched.filter((paired) => !differs(paired)))
  await Promise.all(matched.filter(differs).map((paired) => updateMatched(pass, paired)))
}

async function updateMatched(pass: Pass, { item, actual }: PairedItem): Promise<void> {
  const { kind, context, journal, open } = pass
  try {
    const updated: unknown = await kind.api.update?.(context, item, actual)
    await journal.recordDone([{ item, actual: updated }])
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    if (isOpen(error)) open.push({ item, error })
    else await recordRefusal(pass, item, error)
  }
}

/** The batches of a kind, one after another, each as large as the batch size is by then; never two groups in one. */
function* batchesOf(
  kind: AnyKind,
  items: readonly StageItem[],
  sizes: BatchSizes,
): Iterable<readonly StageItem[]> {
  const { groupBy = () => "", whole } = kind.api.batch
  for (const group of Map.groupBy(items, (item) => groupBy(item.body)).values()) {
    const maxSize = batchSize(kind.api.batch, group.length)
    for (let start = 0, size = 0; start < group.length; start += size) {
      size = whole ? maxSize : Math.min(maxSize, sizes.of(kind))
      yield group.slice(start, start + size)
    }
  }
}
