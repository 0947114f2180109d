import { sql } from "kysely"
import type { ObjectHooks } from "../../handlers/index.ts"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Trx } from "../../models/database.ts"
import { deleteUnlessReferenced } from "../../models/delete-tenant.ts"
import { kindText } from "../../planning/kind-names.ts"
import { type OwnTenant, pulledRows } from "./own-rows.ts"

interface ObjectRow {
  readonly id: string
  readonly name: string
  readonly row_id: number | null
}

/**
 * Deletes the host's rows of objects that do not exist (any more). Kinds are taken in reverse order, so that a row goes
 * before the row that it refers to.
 * @returns the rows that remain because other rows of the host refer to them
 */
export async function deleteHostRows(
  trx: Trx,
  tenant: OwnTenant,
  handlers: Required<ObjectHooks>,
): Promise<readonly string[]> {
  const { migrationId } = tenant
  const remaining: string[] = []
  for (const kind of kinds.toReversed()) {
    if (kind.rows?.delete === undefined) continue
    await deletePulledRows(trx, kind, tenant, handlers)
    const objects = await trx
      .selectFrom("openstack_replication.object")
      .select(["id", "name", "row_id"])
      .where("migration_id", "=", migrationId)
      .where("kind", "=", kind.name)
      .where("state", "in", ["removed", "skipped", "failed"])
      .where("row_id", "is not", null)
      .execute()
    remaining.push(...(await deleteRowsOf(trx, kind, objects, handlers)))
  }
  return remaining
}

/** Deletes the rows that Waldur's pull wrote for removed objects. They stay where other rows refer to them. */
async function deletePulledRows(
  trx: Trx,
  kind: AnyKind,
  tenant: OwnTenant,
  handlers: Required<ObjectHooks>,
): Promise<void> {
  const rowIds = await pulledRows(trx, kind, tenant)
  if (rowIds.length > 0) await deleteUnlessReferenced(trx, () => deleteRows(trx, kind, rowIds, handlers))
}

async function deleteRows(
  trx: Trx,
  kind: AnyKind,
  rowIds: readonly number[],
  handlers: Required<ObjectHooks>,
): Promise<void> {
  const table = kind.rows?.inserted
  if (table !== undefined) await handlers.deleted(trx, { kind: kind.name, table, rowIds })
  await kind.rows?.delete?.(trx, rowIds)
}

/** Deletes the rows in one statement or, where one of them is referred to, one by one. Returns those that remain. */
async function deleteRowsOf(
  trx: Trx,
  kind: AnyKind,
  objects: readonly ObjectRow[],
  handlers: Required<ObjectHooks>,
): Promise<readonly string[]> {
  const [first] = objects
  if (first === undefined) return []
  const referencedBy = await deleteUnlessReferenced(trx, async () => {
    const rowIds = objects.flatMap((object) => object.row_id ?? [])
    await deleteRows(trx, kind, rowIds, handlers)
    const ids = objects.map(({ id }) => id)
    await sql`update openstack_replication.object set row_id = null where id = any(${ids}::bigint[])`.execute(
      trx,
    )
  })
  if (referencedBy === undefined) return []
  if (objects.length === 1)
    return [`${kindText(kind.name)} "${first.name}" (rows of ${referencedBy} refer to it)`]
  const remaining: string[] = []
  for (const object of objects) remaining.push(...(await deleteRowsOf(trx, kind, [object], handlers)))
  return remaining
}
