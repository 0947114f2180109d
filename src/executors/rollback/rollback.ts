import { setTimeout as sleep } from "node:timers/promises"
import { allSettledOrThrow } from "../../kinds/all-settled-or-throw.ts"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import type { Db } from "../../models/database.ts"
import type { Rollback } from "../../models/own-tables.ts"
import { CloudError, deleteResource, listResources, unlessGone } from "../../openstack/index.ts"
import { kindText } from "../../planning/kind-names.ts"
import { pair } from "../stage/apply.ts"
import type { StageClaim } from "../stage/claim.ts"
import { forEachLimit } from "../stage/for-each-limit.ts"
import { removalOrder } from "../stage/graph.ts"
import { loadItems, type StageItem } from "../stage/items.ts"
import { objectError, stageJournal } from "../stage/journal.ts"
import { requeueOnRateLimit } from "../stage/read-retry.ts"
import { removeDuplicates } from "../verify/duplicates.ts"
import { listUnmanaged } from "../verify/unmanaged.ts"
import {
  forgetReasons,
  noteAbsent,
  noteGoneAlong,
  noteLeft,
  noteRemoved,
  noteRemoves,
} from "./rollback-journal.ts"

/** Pauses between tries of what a cloud could not do at once, in milliseconds. */
const pausesMs = [250, 1_000, 4_000] as const

/** Deletions under way at a time. Neutron has no bulk form of them. */
const deletionsAtOnce = 8

/** What a roll back works with. */
export interface RollbackWork {
  readonly db: Db
  readonly claim: StageClaim
  readonly rollback: Rollback | null
  /** The destination, read anew. */
  context(): Promise<CloudContext>
  readonly signal: AbortSignal | undefined
}

export interface RolledBack {
  /** true: nothing was touched, because others use the tenant. */
  readonly inUse: boolean
  /** true: it could not be worked on to its end, so that a removal may have gone unrecorded. */
  readonly givenUp?: true
  /** For people: what is there and is not ours, and what of ours could not be removed. */
  readonly left: readonly string[]
}

/** What is removed with the project alone, last of all and only if nothing else is left in it. */
const withProject = new Set(["project", "user", "quota"])

/**
 * Takes away what the migration has made, in the reverse order, and only that. May be run again at any time, by
 * anybody: what is gone stays gone. What others have put into the project is left, with the project around it.
 */
export async function rollBack(work: RollbackWork): Promise<RolledBack> {
  const { db, claim, rollback } = work
  await forgetReasons(db, claim)
  await adoptLost(work)
  if (rollback?.fromState === CoreState.ERRED)
    await removeDuplicates(db, await work.context(), claim.migration)
  const before = await listUnmanaged(db, await work.context(), claim.migration)
  if (rollback?.fromState === CoreState.OK && before.length > 0) return { inUse: true, left: before }

  await noteRemoves(db, claim)
  for (const kind of removalOrder()) {
    if (!withProject.has(kind.name) && !kind.removal.deletedWithParent) await removeKind(work, kind)
  }
  await noteGoneAlong(db, claim)
  // What goes along can only hang on the default group by now: its born rules, where ours were never made.
  const holds = (kind: AnyKind) => !kind.removal.deletedWithParent
  const left = [
    ...(await listUnmanaged(db, await work.context(), claim.migration, holds)),
    ...(await stillThere(db, claim.migration)),
  ]
  if (left.length > 0) return { inUse: false, left }

  await removeBornGroups(work)
  for (const kind of removalOrder()) if (withProject.has(kind.name)) await removeKind(work, kind)
  await noteGoneAlong(db, claim)
  return { inUse: false, left: await stillThere(db, claim.migration) }
}

/** Finds what was asked for and whose answer never came: its id is what it is removed by. */
async function adoptLost({ db, claim, context }: RollbackWork): Promise<void> {
  for (const kind of kinds) {
    const { items, waiting } = await loadItems(db, kind, claim.migration)
    const open = items.filter((one) => one.backendId === null)
    if (open.length > 0) {
      const seen = await context()
      const actual = await kind.api.list(seen, items)
      const { matched, missing } = pair(kind, items, actual)
      await stageJournal(db, kind, claim).recordDone(matched)
      await kind.removal.cleanUpPartial?.(seen, missing)
      await noteAbsent(db, claim, missing)
    }
    await noteAbsent(db, claim, waiting)
  }
}

async function removeKind(work: RollbackWork, kind: AnyKind): Promise<void> {
  const { db, claim, signal } = work
  for (let pass = 0; ; pass += 1) {
    signal?.throwIfAborted()
    const { items: all } = await loadItems(db, kind, claim.migration)
    const items = all.filter((one) => one.backendId !== null)
    if (items.length === 0) return
    const pause = pausesMs[pass]
    const open = await removePass(work, kind, items)
    if (open.length === 0) return
    if (pause === undefined) {
      for (const { one, error } of open) await noteLeft(db, kind, claim, one, objectError(error))
      return
    }
    await sleep(pause, undefined, signal && { signal })
  }
}

interface Open {
  readonly one: StageItem
  readonly error: CloudError
}

/** Removes what is there of a kind; answers what may be tried again. */
async function removePass(
  { db, claim, context, signal }: RollbackWork,
  kind: AnyKind,
  items: readonly StageItem[],
): Promise<readonly Open[]> {
  const open: Open[] = []
  /** Files a failure of several; answers false. */
  const failed = async (ones: readonly StageItem[], error: unknown): Promise<void> => {
    if (!(error instanceof CloudError)) throw error
    requeueOnRateLimit(error)
    for (const one of ones) {
      if (error.retry === "later" || error.failure.uncertain) open.push({ one, error })
      else await noteLeft(db, kind, claim, one, objectError(error))
    }
  }
  const seen = await context()
  let actual: readonly unknown[]
  try {
    actual = await kind.api.list(seen, items)
  } catch (error) {
    await failed(items, error)
    return open
  }
  const byId = new Map(actual.map((one) => [kind.api.id(one), one]))
  const there = items.filter((one) => byId.has(one.backendId ?? ""))
  const gone = items.filter((one) => !byId.has(one.backendId ?? ""))
  await noteRemoved(db, kind, claim, gone)
  const removable = there.filter((one) => !kind.removal.createdWithProject?.(byId.get(one.backendId ?? "")))
  const { deleteMany } = kind.removal
  const groups = deleteMany === undefined ? removable.map((one) => [one]) : [removable]
  await forEachLimit(
    groups.filter((group) => group.length > 0),
    () => deletionsAtOnce,
    async (group) => {
      signal?.throwIfAborted()
      const found = group.map((one) => byId.get(one.backendId ?? ""))
      try {
        if (deleteMany === undefined) for (const one of found) await kind.removal.delete(seen, one)
        else await deleteMany(seen, found)
      } catch (error) {
        const isGone = error instanceof CloudError && error.failure.status === 404
        if (!isGone) {
          await failed(group, error)
          return
        }
      }
      await noteRemoved(db, kind, claim, group)
    },
  )
  return open
}

/** The default group that Neutron makes in every project. An admin may delete it, and only then it is made no more. */
async function removeBornGroups({ db, claim, context }: RollbackWork): Promise<void> {
  const { cloud, projectId } = await context()
  if (projectId === "") return
  const groups = await listResources(cloud, "security-groups", { project_id: projectId })
  await allSettledOrThrow(groups.map(({ id }) => unlessGone(deleteResource(cloud, "security-groups", id))))
  for (const kind of kinds.filter((one) => one.removal.createdWithProject !== undefined)) {
    const { items } = await loadItems(db, kind, claim.migration)
    await noteRemoved(db, kind, claim, items)
  }
}

/** What of ours is still there, beside what goes with the project. */
async function stillThere(db: Db, migration: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "name", "reason"])
    .where("migration_id", "=", migration)
    .where("state", "=", "done")
    .where("reason", "!=", "")
    .orderBy("position")
    .execute()
  return rows.map(({ kind, name, reason }) => `${kindText(kind)} "${name}": ${reason}`)
}
