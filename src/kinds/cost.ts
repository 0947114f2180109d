import type { AnyKind } from "./kind.ts"

/** Calls to the destination that make objects of one kind; the verification at the end comes on top. */
export interface Cost {
  readonly reads: number
  readonly writes: number
}

type Bodies = readonly { readonly body: unknown }[]

/** What it costs to make planned objects, as far as it is known before the cloud is asked. Pure. */
export function costOf(kind: AnyKind, objects: Bodies): Cost {
  if (objects.length === 0) return { reads: 0, writes: 0 }
  return kind.cost?.(objects) ?? { reads: 0, writes: countChunks(kind.chunk, objects) }
}

/** Calls at once over which objects are spread. */
const spread = 4

/** How many of so many objects go into one call. */
export function chunkSize({ size, least = size, whole }: AnyKind["chunk"], count: number): number {
  if (whole) return count
  return Math.min(size, Math.max(least, Math.ceil(count / spread)))
}

/** Calls that make these objects in chunks. */
export function countChunks(chunk: AnyKind["chunk"], objects: Bodies): number {
  const { by } = chunk
  const groups = Map.groupBy(objects, ({ body }) => (by === undefined ? "" : JSON.stringify(by(body))))
  return groups.values().reduce((sum, { length }) => sum + Math.ceil(length / chunkSize(chunk, length)), 0)
}
