import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { CloudError } from "../../openstack/index.ts"
import type { BatchSizes } from "./batch-size.ts"
import type { StageItem } from "./items.ts"
import type { Journal } from "./journal.ts"
import { isBulkOff, isOpen, type OpenItem, recordRefusal, withoutOptionalAttributes } from "./refusals.ts"

/** What the requests of one pass share. */
export interface Pass {
  readonly kind: AnyKind
  readonly context: CloudContext
  readonly journal: Journal
  readonly sizes: BatchSizes
  /** Collects the objects whose outcome is open. */
  readonly open: OpenItem[]
}

/** Creates a batch of objects and records the outcome of each. */
export async function createBatch(pass: Pass, batch: readonly StageItem[]): Promise<void> {
  try {
    const created = await sendCreate(pass, batch)
    if (created.length !== batch.length) {
      throw new Error(
        `The cloud returned ${created.length} objects for a create request of ${batch.length} (${pass.kind.name}).`,
      )
    }
    await pass.journal.recordDone(batch.map((item, index) => ({ item, actual: created[index] })))
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    await handleFailure(pass, batch, error)
  }
}

async function handleFailure(pass: Pass, batch: readonly StageItem[], error: CloudError): Promise<void> {
  if (isOpen(error)) {
    pass.open.push(...batch.map((item) => ({ item, error })))
    return
  }
  const [item, ...others] = batch
  if (others.length > 0) await splitBatch(pass, batch, error)
  else if (item !== undefined) await handleRefusal(pass, item, error)
}

/** A refused bulk request has created nothing: halves are tried until the refused object is alone. */
async function splitBatch(pass: Pass, batch: readonly StageItem[], error: CloudError): Promise<void> {
  const next = laterRequest(pass)
  if (isBulkOff(error)) {
    pass.sizes.bulkIsOff()
    for (const item of batch) await createBatch(next, [item])
    return
  }
  const middle = Math.ceil(batch.length / 2)
  await createBatch(next, batch.slice(0, middle))
  await createBatch(next, batch.slice(middle))
}

async function handleRefusal(pass: Pass, item: StageItem, error: CloudError): Promise<void> {
  const reduced = withoutOptionalAttributes(pass.kind, item, error)
  if (reduced === undefined) return recordRefusal(pass, item, error)
  await pass.journal.recordDropped(reduced.item, reduced.dropped)
  await createBatch(laterRequest(pass), [reduced.item])
}

/** The pass for requests after a refused one, which may have created something. */
function laterRequest(pass: Pass): Pass {
  return { ...pass, context: { ...pass.context, firstRequest: false } }
}

/** Sends the create requests of a batch, and adapts the batch size to the time of the slowest. */
async function sendCreate(
  { kind, context, sizes }: Pass,
  batch: readonly StageItem[],
): Promise<readonly unknown[]> {
  let slowestMs = 0
  const cloud = context.cloud.withObserver((call) => {
    if (call.write) slowestMs = Math.max(slowestMs, call.durationMs)
  })
  try {
    return await kind.api.create({ ...context, cloud }, batch)
  } finally {
    sizes.adapt(kind, { size: batch.length, ms: slowestMs, timeoutMs: cloud.timeoutMs })
  }
}
