import type { CloudContext } from "../../kinds/cloud-context.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Db } from "../../models/database.ts"
import { CloudError } from "../../openstack/index.ts"
import { isMatch, type StageItem } from "../stage/apply.ts"
import { removalOrder } from "../stage/graph.ts"
import { loadItems } from "../stage/items.ts"
import { requeueOnRateLimit } from "../stage/read-retry.ts"

/**
 * Removes what was made twice: a cloud goes on with a request whose sender is gone, and may carry it out only after
 * somebody has looked for its outcome in vain and asked once more. What is there beside an object that was asked for
 * more than once, and equals it in everything, is such a twin: the project is this migration's own, and nobody uses it
 * yet. A twin that cannot be removed is left, and the check names it.
 */
export async function removeDuplicates(db: Db, context: CloudContext, migration: number): Promise<void> {
  const rows = await db
    .selectFrom("openstack_replication.object")
    .select(["kind", "name", "backend_id", "attempts"])
    .where("migration_id", "=", migration)
    .where("backend_id", "is not", null)
    .execute()
  const ours = new Map(rows.map(({ backend_id, name }) => [backend_id ?? "", name] as const))
  const again = new Set(rows.filter(({ attempts }) => attempts > 1).map(({ kind }) => kind))
  for (const kind of removalOrder()) {
    if (!again.has(kind.name)) continue
    const { items } = await loadItems(db, kind, migration)
    const actual = await unlessRefused(kind.api.list(context, items))
    for (const twin of twinsAmong(kind, actual ?? [], items, ours))
      await unlessRefused(kind.removal.delete(context, twin))
  }
}

async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    requeueOnRateLimit(error)
    if (!(error instanceof CloudError)) throw error
    return undefined
  }
}

function twinsAmong(
  kind: AnyKind,
  actual: readonly unknown[],
  items: readonly StageItem[],
  ours: ReadonlyMap<string, string>,
): readonly unknown[] {
  return actual.filter((one) => {
    if (ours.has(kind.api.id(one))) return false
    // Projects are told by a tag that no other has; of all else, what the cloud makes by itself is no twin.
    const made = kind.name === "project" || kind.verify.unmanagedName?.(one, ours) !== undefined
    return (
      made &&
      items.some(
        (item) =>
          item.retried && isMatch(kind, item, one) && kind.verify.compare(item.body, one).length === 0,
      )
    )
  })
}
