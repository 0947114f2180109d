import { setTimeout as sleep } from "node:timers/promises"
import { allSettledOrThrow } from "../../kinds/all-settled-or-throw.ts"
import type { CloudContext } from "../../kinds/cloud-context.ts"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import type { Db } from "../../models/database.ts"
import type { Rollback } from "../../models/own-tables.ts"
import { CloudError, deleteResource, listResources, unlessGone } from "../../openstack/index.ts"
import { kindText } from "../../planning/plan.ts"
import { match, objectError, type StageItem } from "../stage/apply.ts"
import { forEachLimit } from "../stage/for-each-limit.ts"
import { removalOrder } from "../stage/graph.ts"
import { loadItems } from "../stage/items.ts"
import { type StageClaim, stageJournal } from "../stage/journal.ts"
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
  readonly hold: StageClaim
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
  const { db, hold, rollback } = work
  await forgetReasons(db, hold)
  await adoptLost(work)
  if (rollback?.fromState === CoreState.ERRED)
    await removeDuplicates(db, await work.context(), hold.migration)
  const before = await listUnmanaged(db, await work.context(), hold.migration)
  if (rollback?.fromState === CoreState.OK && before.length > 0) return { inUse: true, left: before }

  await noteRemoves(db, hold)
  for (const kind of removalOrder()) {
    if (!withProject.has(kind.name) && !kind.goesAlong) await removeKind(work, kind)
  }
  await noteGoneAlong(db, hold)
  // What goes along can only hang on the default group by now: its born rules, where ours were never made.
  const holds = (kind: AnyKind) => !kind.goesAlong
  const left = [
    ...(await listUnmanaged(db, await work.context(), hold.migration, holds)),
    ...(await stillThere(db, hold.migration)),
  ]
  if (left.length > 0) return { inUse: false, left }

  await removeBornGroups(work)
  for (const kind of removalOrder()) if (withProject.has(kind.name)) await removeKind(work, kind)
  await noteGoneAlong(db, hold)
  return { inUse: false, left: await stillThere(db, hold.migration) }
}

/** Finds what was asked for and whose answer never came: its id is what it is removed by. */
async function adoptLost({ db, hold, context }: RollbackWork): Promise<void> {
  for (const kind of kinds) {
    const { works, waiting } = await loadItems(db, kind, hold.migration)
    const open = works.filter((one) => one.backendId === null)
    if (open.length > 0) {
      const seen = await context()
      const actual = await kind.list(seen, works)
      const { matched, missing } = match(kind, works, actual)
      await stageJournal(db, kind, hold).done(matched)
      await kind.clear?.(seen, missing)
      await noteAbsent(db, hold, missing)
    }
    await noteAbsent(db, hold, waiting)
  }
}

async function removeKind(work: RollbackWork, kind: AnyKind): Promise<void> {
  const { db, hold, signal } = work
  for (let pass = 0; ; pass += 1) {
    signal?.throwIfAborted()
    const { works: all } = await loadItems(db, kind, hold.migration)
    const works = all.filter((one) => one.backendId !== null)
    if (works.length === 0) return
    const pause = pausesMs[pass]
    const open = await removePass(work, kind, works)
    if (open.length === 0) return
    if (pause === undefined) {
      for (const { one, error } of open) await noteLeft(db, kind, hold, one, objectError(error))
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
  { db, hold, context, signal }: RollbackWork,
  kind: AnyKind,
  works: readonly StageItem[],
): Promise<readonly Open[]> {
  const open: Open[] = []
  /** Files a failure of several; answers false. */
  const failed = async (ones: readonly StageItem[], error: unknown): Promise<void> => {
    if (!(error instanceof CloudError)) throw error
    requeueOnRateLimit(error)
    for (const one of ones) {
      if (error.retry === "later" || error.failure.uncertain) open.push({ one, error })
      else await noteLeft(db, kind, hold, one, objectError(error))
    }
  }
  const seen = await context()
  let actual: readonly unknown[]
  try {
    actual = await kind.list(seen, works)
  } catch (error) {
    await failed(works, error)
    return open
  }
  const byId = new Map(actual.map((one) => [kind.id(one), one]))
  const there = works.filter((one) => byId.has(one.backendId ?? ""))
  const gone = works.filter((one) => !byId.has(one.backendId ?? ""))
  await noteRemoved(db, kind, hold, gone)
  const removable = there.filter((one) => !kind.bornWithProject?.(byId.get(one.backendId ?? "")))
  const { removeMany } = kind
  const groups = removeMany === undefined ? removable.map((one) => [one]) : [removable]
  await forEachLimit(
    groups.filter((group) => group.length > 0),
    () => deletionsAtOnce,
    async (group) => {
      signal?.throwIfAborted()
      const found = group.map((one) => byId.get(one.backendId ?? ""))
      try {
        if (removeMany === undefined) for (const one of found) await kind.remove(seen, one)
        else await removeMany(seen, found)
      } catch (error) {
        const isGone = error instanceof CloudError && error.failure.status === 404
        if (!isGone) {
          await failed(group, error)
          return
        }
      }
      await noteRemoved(db, kind, hold, group)
    },
  )
  return open
}

/** The default group that Neutron makes in every project. An admin may delete it, and only then it is made no more. */
async function removeBornGroups({ db, hold, context }: RollbackWork): Promise<void> {
  const { cloud, projectId } = await context()
  if (projectId === "") return
  const groups = await listResources(cloud, "security-groups", { project_id: projectId })
  await allSettledOrThrow(groups.map(({ id }) => unlessGone(deleteResource(cloud, "security-groups", id))))
  for (const kind of kinds.filter((one) => one.bornWithProject !== undefined)) {
    const { works } = await loadItems(db, kind, hold.migration)
    await noteRemoved(db, kind, hold, works)
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
