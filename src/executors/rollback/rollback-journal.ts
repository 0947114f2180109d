import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { refsOf } from "../../kinds/plan-tenant.ts"
import type { Db } from "../../models/database.ts"
import { emitObjectEvents } from "../../models/events.ts"
import type { ObjectError } from "../../models/own-tables.ts"
import type { StageItem } from "../stage/apply.ts"
import { type StageClaim, withClaim } from "../stage/journal.ts"

type Named = Pick<StageItem, "id" | "name">

/** Notes that from here on something may be gone. */
export async function noteRemoves(db: Db, claim: StageClaim): Promise<void> {
  await withClaim(db, claim, (trx) =>
    sql`
      update openstack_replication.run set rollback = rollback || '{"removing": true}'
      where migration_id = ${claim.migration} and rollback is not null`.execute(trx),
  )
}

/** Why an earlier try could not remove something is no news of this one. */
export async function forgetReasons(db: Db, claim: StageClaim): Promise<void> {
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

/** Notes that objects are gone. */
export async function noteRemoved(
  db: Db,
  kind: AnyKind,
  claim: StageClaim,
  items: readonly Named[],
): Promise<void> {
  if (items.length === 0) return
  await withClaim(db, claim, async (trx) => {
    await trx
      .updateTable("openstack_replication.object")
      .set({ state: "removed", reason: "", error: null, differences: null, modified: new Date() })
      .where(
        "id",
        "in",
        items.map(({ id }) => id),
      )
      .execute()
    await emitObjectEvents(trx, claim.migration, kind.name, "removed", items)
  })
}

/** Notes that objects were never made after all. Why the cloud refused one is kept. */
export async function noteAbsent(
  db: Db,
  claim: StageClaim,
  items: readonly Pick<StageItem, "id">[],
): Promise<void> {
  if (items.length === 0) return
  await withClaim(db, claim, (trx) =>
    sql`
      update openstack_replication.object
      set state = case when error is null then 'skipped' else 'failed' end,
        reason = coalesce(nullif(reason, ''), 'It was not there when the migration was rolled back.'),
        modified = now()
      where id = any(${items.map(({ id }) => id)}::bigint[])`.execute(trx),
  )
}

/** Notes why an object could not be removed. It is there still. */
export async function noteLeft(
  db: Db,
  kind: AnyKind,
  claim: StageClaim,
  item: Named,
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

/** What goes with another object is gone when that is, e.g. a group's rules. */
export async function noteGoneAlong(db: Db, claim: StageClaim): Promise<void> {
  const objects = await db
    .selectFrom("openstack_replication.object")
    .select(["id", "kind", "key", "name", "body", "state"])
    .where("migration_id", "=", claim.migration)
    .where("state", "in", ["done", "creating", "removed"])
    .execute()
  const removed = new Set(
    objects.flatMap(({ kind, key, state }) => (state === "removed" ? [`${kind}/${key}`] : [])),
  )
  for (const kind of kinds.filter((one) => one.removal.deletedWithParent)) {
    const gone = objects.filter(
      (one) =>
        one.kind === kind.name &&
        one.state !== "removed" &&
        refsOf(one.body).some((reference) => removed.has(reference)),
    )
    await noteRemoved(db, kind, claim, gone)
  }
}
