import type { AnyKind } from "../../kinds/kind.ts"

/** A create request that has ended. */
export interface EndedRequest {
  /** Objects that it was to create. */
  readonly size: number
  /** Time on the wire, without the wait for a slot. */
  readonly ms: number
  /** The time limit of a call. */
  readonly timeoutMs: number
}

/**
 * The share of the time limit above which a request is slow. Above it, a slower minute of the cloud would exceed the limit, and
 * a request that is aborted by the limit leaves unknown what was created.
 */
const slowShare = 1 / 6

/** A request with a smaller share is fast: the next may be twice as large, where the kind allows. */
const fastShare = slowShare / 4

/**
 * Create requests of one stage at a time. Two server processes, which small clouds have, are busy with four requests: 16
 * were no faster there. Adapting this number to the measured rate gained nothing at the default rate limit.
 */
export const requestsAtOnce = 4

/** Returns the batch size after a request: slow batches are halved, fast ones doubled. Pure. */
export function nextBatchSize(
  current: number,
  { size, ms, timeoutMs }: EndedRequest,
  maxSize: number,
): number {
  // A batch that was made before the size was reduced does not reduce it again.
  if (ms > timeoutMs * slowShare) return Math.max(1, Math.min(current, Math.floor(size / 2)))
  return ms < timeoutMs * fastShare && size >= current ? Math.min(maxSize, current * 2) : current
}

/** The batch sizes that one cloud takes, as this process has measured. */
export interface BatchSizes {
  of(kind: AnyKind): number
  adapt(kind: AnyKind, ended: EndedRequest): void
  /** From now on every batch of every kind is one object, because the cloud refuses bulk requests. */
  bulkIsOff(): void
}

export function newBatchSizes(): BatchSizes {
  const sizes = new Map<string, number>()
  let bulk = true
  const sizeOf = (kind: AnyKind) => sizes.get(kind.name) ?? kind.api.batch.maxSize
  return {
    of: (kind) => (bulk ? sizeOf(kind) : 1),
    adapt(kind, ended) {
      sizes.set(kind.name, nextBatchSize(sizeOf(kind), ended, kind.api.batch.maxSize))
    },
    bulkIsOff() {
      bulk = false
    },
  }
}

/** Returns the batch sizes of each cloud, by the id of its service settings; kept for the life of the process. */
export function batchSizesByCloud(): (settingsId: number) => BatchSizes {
  const kept = new Map<number, BatchSizes>()
  return (settingsId) => {
    const sizes = kept.get(settingsId) ?? newBatchSizes()
    kept.set(settingsId, sizes)
    return sizes
  }
}
