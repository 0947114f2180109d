import type { AnyKind, Cost } from "./kind.ts"

type AnyBatch = AnyKind["api"]["batch"]

type Bodies = readonly { readonly body: unknown }[]

/** Returns the calls that create planned objects, as far as they are known before the cloud is read. Pure. */
export function costOf(kind: AnyKind, objects: Bodies): Cost {
  if (objects.length === 0) return { reads: 0, writes: 0 }
  return kind.plan.cost?.(objects) ?? { reads: 0, writes: countBatches(kind.api.batch, objects) }
}

/** Requests at the same time over which objects are spread. */
const spread = 4

/** Returns how many of `count` objects go into one request, at most. */
export function batchSize({ maxSize, minSize = maxSize, whole }: AnyBatch, count: number): number {
  if (whole) return count
  return Math.min(maxSize, Math.max(minSize, Math.ceil(count / spread)))
}

/** Returns the number of requests that create these objects in batches. */
export function countBatches(batch: AnyBatch, objects: Bodies): number {
  const { groupBy } = batch
  const groups = Map.groupBy(objects, ({ body }) =>
    groupBy === undefined ? "" : JSON.stringify(groupBy(body)),
  )
  return groups.values().reduce((sum, { length }) => sum + Math.ceil(length / batchSize(batch, length)), 0)
}
