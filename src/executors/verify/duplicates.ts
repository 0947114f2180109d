import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import { CloudError } from "../../openstack/index.ts"
import { removalOrder } from "../stage/graph.ts"
import { loadItems, type StageItem } from "../stage/items.ts"
import { isMatch } from "../stage/pair.ts"
import { requeueOnRateLimit } from "../stage/read-retry.ts"

/**
 * Deletes objects that were created twice. A cloud may complete a request after its sender has died and a later pass has not
 * found the object and has sent the request again. An object is taken for a
 * duplicate if it equals, in every attribute, a desired object that was requested more than once, and is not recorded
 * as created: the project belongs to this migration, and nobody uses it yet. A duplicate that cannot be deleted
 * remains, and the verification reports it as unmanaged.
 */
export async function removeDuplicates(db: Db, context: CloudContext, migrationId: number): Promise<void> {
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "name", "backend_id", "create_requests"])
    .where("migration_id", "=", migrationId)
    .where("backend_id", "is not", null)
    .execute()
  const names = new Map(rows.map(({ backend_id, name }) => [backend_id ?? "", name] as const))
  const retried = new Set(rows.filter((row) => row.create_requests > 1).map(({ kind }) => kind))
  for (const kind of removalOrder()) {
    if (!retried.has(kind.name)) continue
    const { items } = await loadItems(db, kind, migrationId)
    const actual = await undefinedIfRefused(kind.api.list(context, items))
    for (const duplicate of findDuplicates(kind, actual ?? [], items, names))
      await undefinedIfRefused(kind.removal.delete(context, duplicate))
  }
}

/** Waits for a call. A refusal gives undefined. @throws StageYield where the cloud requests a pause */
async function undefinedIfRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    requeueOnRateLimit(error)
    if (!(error instanceof CloudError)) throw error
    return undefined
  }
}

function findDuplicates(
  kind: AnyKind,
  actual: readonly unknown[],
  items: readonly StageItem[],
  names: ReadonlyMap<string, string>,
): readonly unknown[] {
  return actual.filter((object) => {
    if (names.has(kind.api.id(object))) return false
    // A project carries this migration's tag. Objects of other kinds may have been created by the cloud itself.
    const isCreated = kind.name === "project" || kind.verify.unmanagedName?.(object, names) !== undefined
    if (!isCreated) return false
    return items.some(
      (item) =>
        item.retried && isMatch(kind, item, object) && kind.verify.compare(item.body, object).length === 0,
    )
  })
}
