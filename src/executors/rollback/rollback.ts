import { allSettledOrThrow } from "../../kinds/all-settled-or-throw.ts"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import type { Db } from "../../models/database.ts"
import type { Rollback } from "../../models/own-tables.ts"
import { deleteResource, ignoreNotFound, listResources } from "../../openstack/index.ts"
import { kindText } from "../../planning/kind-names.ts"
import { removalOrder } from "../stage/graph.ts"
import { loadItems } from "../stage/items.ts"
import { stageJournal } from "../stage/journal.ts"
import { pair } from "../stage/pair.ts"
import { removeDuplicates } from "../verify/duplicates.ts"
import { listUnmanaged } from "../verify/unmanaged.ts"
import { type DeletionContext, deleteObjects } from "./delete-objects.ts"
import {
  clearReasons,
  recordAbsent,
  recordDeletedWithParent,
  recordRemoved,
  recordRemoving,
} from "./rollback-journal.ts"

/** What a rollback works with. */
export interface RollbackContext extends DeletionContext {
  readonly rollback: Rollback | null
  /** Whether the migration has ever been OK, so that others may use the tenant. */
  readonly everOk: boolean
}

export interface RollbackResult {
  /** true: this rollback deleted nothing, because the tenant is in use. */
  readonly inUse: boolean
  /** true: the stage was given up, so that a deletion may not have been recorded. */
  readonly givenUp?: true
  /** Unmanaged objects of the project, and objects that could not be deleted, with the reason. */
  readonly remaining: readonly string[]
}

/** Kinds that are deleted last, and only if nothing else remains in the project. */
const withProject = new Set(["project", "user", "quota"])

/**
 * Deletes what the migration has created, and nothing else, in the reverse order of creation. May be run again at any
 * time and by any worker. Unmanaged objects remain, and with them the project.
 */
export async function rollBack(context: RollbackContext): Promise<RollbackResult> {
  const { db, claim, everOk } = context
  await clearReasons(db, claim)
  await findUncertainCreates(context)
  const inUse = await listUse(context)
  if (inUse.length > 0) return { inUse: true, remaining: inUse }
  if (!everOk) await removeDuplicates(db, await context.openDestination(), claim.migration)

  await recordRemoving(db, claim)
  for (const kind of removalOrder()) {
    if (!withProject.has(kind.name) && !kind.removal.deletedWithParent) await deleteObjects(context, kind)
  }
  await recordDeletedWithParent(db, claim)
  const remaining = await listRemaining(context)
  if (remaining.length > 0) return { inUse: false, remaining }

  await deleteDefaultGroups(context)
  for (const kind of removalOrder()) if (withProject.has(kind.name)) await deleteObjects(context, kind)
  await recordDeletedWithParent(db, claim)
  return { inUse: false, remaining: await listNotRemoved(db, claim.migration) }
}

/** Returns what others have created in the project; nothing where the tenant has never been complete. */
async function listUse({
  db,
  claim,
  openDestination,
  rollback,
  everOk,
}: RollbackContext): Promise<readonly string[]> {
  if (!everOk && rollback?.fromState !== CoreState.OK) return []
  // Where an earlier rollback has deleted something, the cloud may have put rules of its own into the default group.
  return rollback?.fromState === CoreState.OK
    ? listUnmanaged(db, await openDestination(), claim.migration)
    : listUnmanaged(db, await openDestination(), claim.migration, isCounted)
}

/**
 * Whether objects of a kind keep the project from being deleted. Those that are deleted with their parent can only be those of
 * the default group: rules that the cloud created.
 */
function isCounted(kind: AnyKind): boolean {
  return !kind.removal.deletedWithParent
}

/** Looks for objects whose create request got no response: the rollback deletes by id. */
async function findUncertainCreates({ db, claim, openDestination }: RollbackContext): Promise<void> {
  for (const kind of kinds) {
    const { items, blocked } = await loadItems(db, kind, claim.migration)
    if (items.some(({ backendId }) => backendId === null)) {
      const destination = await openDestination()
      const actual = await kind.api.list(destination, items)
      const { matched, missing } = pair(kind, items, actual)
      await stageJournal(db, kind, claim).recordDone(matched)
      await kind.removal.cleanUpPartial?.(destination, missing)
      await recordAbsent(db, claim, missing)
    }
    await recordAbsent(db, claim, blocked)
  }
}

/** Returns what keeps the project from being deleted. */
async function listRemaining({ db, claim, openDestination }: RollbackContext): Promise<readonly string[]> {
  return [
    ...(await listUnmanaged(db, await openDestination(), claim.migration, isCounted)),
    ...(await listNotRemoved(db, claim.migration)),
  ]
}

/**
 * Deletes the default security group, which Neutron creates in every project. Only an administrator may delete it; at
 * this point nothing remains that makes Neutron create it again.
 */
async function deleteDefaultGroups({ db, claim, openDestination }: RollbackContext): Promise<void> {
  const { cloud, projectId } = await openDestination()
  if (projectId === "") return
  const groups = await listResources(cloud, "security-groups", { project_id: projectId })
  await allSettledOrThrow(
    groups.map(({ id }) => ignoreNotFound(deleteResource(cloud, "security-groups", id))),
  )
  for (const kind of kinds.filter(({ removal }) => removal.createdWithProject !== undefined)) {
    const { items } = await loadItems(db, kind, claim.migration)
    await recordRemoved(db, kind, claim, items)
  }
}

/** Returns the objects of the migration that could not be deleted, with the reason. */
async function listNotRemoved(db: Db, migrationId: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "name", "reason"])
    .where("migration_id", "=", migrationId)
    .where("state", "=", "done")
    .where("reason", "!=", "")
    .orderBy("position")
    .execute()
  return rows.map(({ kind, name, reason }) => `${kindText(kind)} "${name}": ${reason}`)
}
