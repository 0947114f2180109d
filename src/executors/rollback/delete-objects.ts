import { setTimeout as sleep } from "node:timers/promises"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import { CloudError, isNotFound } from "../../openstack/index.ts"
import type { StageClaim } from "../stage/claim.ts"
import { forEachLimit } from "../stage/for-each-limit.ts"
import { loadItems, type StageItem } from "../stage/items.ts"
import { objectError } from "../stage/journal.ts"
import { requeueOnRateLimit } from "../stage/read-retry.ts"
import { recordNotRemoved, recordRemoved } from "./rollback-journal.ts"

/** Pauses between passes over objects that a cloud could not delete for a passing reason, in milliseconds. */
const pausesMs = [250, 1_000, 4_000] as const

/** Deletions in flight at a time. Neutron has no bulk deletion. */
const maxDeletions = 8

/** What the deletion of objects works with. */
export interface DeletionContext {
  readonly db: Db
  readonly claim: StageClaim
  /** Returns the destination project, with an empty cache of what was read of it. */
  openDestination(): Promise<CloudContext>
  readonly signal: AbortSignal | undefined
}

/** Deletes the objects of a kind in as many passes as are needed. Objects that cannot be deleted are recorded so. */
export async function deleteObjects(deletion: DeletionContext, kind: AnyKind): Promise<void> {
  const { db, claim, signal } = deletion
  for (let pass = 0; ; pass += 1) {
    signal?.throwIfAborted()
    const { items } = await loadItems(db, kind, claim.migration)
    const created = items.filter(({ backendId }) => backendId !== null)
    if (created.length === 0) return
    const open = await deletePass(deletion, kind, created)
    if (open.length === 0) return
    const pause = pausesMs[pass]
    if (pause === undefined) {
      for (const { item, error } of open) await recordNotRemoved(db, kind, claim, item, objectError(error))
      return
    }
    await sleep(pause, undefined, signal && { signal })
  }
}

/** An object whose deletion may be tried again, and why. */
interface OpenDeletion {
  readonly item: StageItem
  readonly error: CloudError
}

/** Deletes the objects of a kind that exist. Returns those that may be tried again. */
async function deletePass(
  deletion: DeletionContext,
  kind: AnyKind,
  items: readonly StageItem[],
): Promise<readonly OpenDeletion[]> {
  const { db, claim, openDestination } = deletion
  const destination = await openDestination()
  let actual: readonly unknown[]
  try {
    actual = await kind.api.list(destination, items)
  } catch (error) {
    return recordFailure(deletion, kind, items, error)
  }
  const byId = new Map(actual.map((object) => [kind.api.id(object), object]))
  const actualOf = ({ backendId }: StageItem): unknown => byId.get(backendId ?? "")
  const [existing, missing] = [
    items.filter((item) => actualOf(item) !== undefined),
    items.filter((item) => actualOf(item) === undefined),
  ]
  await recordRemoved(db, kind, claim, missing)
  const open: OpenDeletion[] = []
  const groups = deletionGroups(
    kind,
    existing.filter((item) => !kind.removal.createdWithProject?.(actualOf(item))),
  )
  await forEachLimit(groups, maxDeletions, async (group) => {
    open.push(...(await deleteGroup(deletion, kind, destination, group, group.map(actualOf))))
  })
  return open
}

/** Returns the objects of each deletion: one by one, or all together where they cannot be deleted at the same time. */
function deletionGroups(kind: AnyKind, items: readonly StageItem[]): readonly (readonly StageItem[])[] {
  if (items.length === 0) return []
  return kind.removal.deleteMany === undefined ? items.map((item) => [item]) : [items]
}

async function deleteGroup(
  deletion: DeletionContext,
  kind: AnyKind,
  destination: CloudContext,
  items: readonly StageItem[],
  actual: readonly unknown[],
): Promise<readonly OpenDeletion[]> {
  deletion.signal?.throwIfAborted()
  const { deleteMany } = kind.removal
  try {
    if (deleteMany !== undefined) await deleteMany(destination, actual)
    else for (const object of actual) await kind.removal.delete(destination, object)
  } catch (error) {
    if (!isNotFound(error)) return recordFailure(deletion, kind, items, error)
  }
  await recordRemoved(deletion.db, kind, deletion.claim, items)
  return []
}

/** Returns the objects whose deletion may be tried again, and records the others as not removed. */
async function recordFailure(
  { db, claim }: DeletionContext,
  kind: AnyKind,
  items: readonly StageItem[],
  error: unknown,
): Promise<readonly OpenDeletion[]> {
  if (!(error instanceof CloudError)) throw error
  requeueOnRateLimit(error)
  if (error.retry === "later" || error.failure.uncertain) return items.map((item) => ({ item, error }))
  for (const item of items) await recordNotRemoved(db, kind, claim, item, objectError(error))
  return []
}
