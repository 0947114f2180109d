import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { refsOf } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import { emitObjectEvents } from "../../models/events.ts"
import type { ObjectError } from "../../models/own-tables.ts"
import { type StageClaim, withClaim } from "../stage/claim.ts"
import type { StageItem } from "../stage/items.ts"

type ItemName = Pick<StageItem, "id" | "name">

/** Records that objects may be missing from here on. */
export async function recordRemoving(db: Db, claim: StageClaim): Promise<void> {
  await withClaim(db, claim, (trx) =>
    sql`
      update openstack_replication.run set rollback = rollback || '{"removing": true}'
      where migration_id = ${claim.migration} and rollback is not null`.execute(trx),
  )
}

/** Clears the reasons why an earlier rollback could not delete objects: this one may. */
export async function clearReasons(db: Db, claim: StageClaim): Promise<void> {
  await withClaim(db, claim, (trx) =>
    trx
      .updateTable("openstack_replication.object")
      .set({ reason: "", error: null })
      .where("migration_id", "=", claim.migration)
      .where("state", "=", "done")
      .where("reason", "!=", "")
      .execute(),
  )
}

/** Records that objects no longer exist. */
export async function recordRemoved(
  db: Db,
  kind: AnyKind,
  claim: StageClaim,
  items: readonly ItemName[],
): Promise<void> {
  if (items.length === 0) return
  const ids = items.map(({ id }) => id)
  await withClaim(db, claim, async (trx) => {
    await trx
      .updateTable("openstack_replication.object")
      .set({ state: "removed", reason: "", error: null, differences: null, modified: new Date() })
      .where("id", "in", ids)
      .execute()
    await emitObjectEvents(trx, claim.migration, kind.name, "removed", items)
  })
}

/** Records that objects were never created. The cloud's refusal is kept where there is one. */
export async function recordAbsent(
  db: Db,
  claim: StageClaim,
  items: readonly Pick<StageItem, "id">[],
): Promise<void> {
  if (items.length === 0) return
  await withClaim(db, claim, (trx) =>
    sql`
      update openstack_replication.object
      set state = case when error is null then 'skipped' else 'failed' end,
        reason = coalesce(nullif(reason, ''), 'It did not exist when the migration was rolled back.'),
        modified = now()
      where id = any(${items.map(({ id }) => id)}::bigint[])`.execute(trx),
  )
}

/** Records why an object could not be deleted. It stays "done", for it still exists. */
export async function recordNotRemoved(
  db: Db,
  kind: AnyKind,
  claim: StageClaim,
  item: ItemName,
  error: ObjectError,
): Promise<void> {
  await withClaim(db, claim, async (trx) => {
    await trx
      .updateTable("openstack_replication.object")
      .set({ reason: error.message, error: JSON.stringify(error), modified: new Date() })
      .where("id", "=", item.id)
      .execute()
    await emitObjectEvents(trx, claim.migration, kind.name, "done", [item], error.message)
  })
}

/** Records objects as removed that the cloud deletes together with a removed one, e.g. the rules of a group. */
export async function recordDeletedWithParent(db: Db, claim: StageClaim): Promise<void> {
  const objects = await db
    .selectFrom("openstack_replication.object")
    .select(["id", "kind", "key", "name", "body", "state"])
    .where("migration_id", "=", claim.migration)
    .where("state", "in", ["done", "creating", "removed"])
    .execute()
  const removed = new Set(
    objects.flatMap(({ kind, key, state }) => (state === "removed" ? [`${kind}/${key}`] : [])),
  )
  for (const kind of kinds.filter(({ removal }) => removal.deletedWithParent)) {
    const deleted = objects.filter(
      (object) =>
        object.kind === kind.name &&
        object.state !== "removed" &&
        refsOf(object.body).some((reference) => removed.has(reference)),
    )
    await recordRemoved(db, kind, claim, deleted)
  }
}
