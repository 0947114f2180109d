import { sql } from "kysely"
import type { ObjectHooks } from "../../handlers/index.ts"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Trx } from "../../models/database.ts"
import { deleteUnlessReferenced } from "../../models/delete-tenant.ts"
import { addToResourceCount } from "../../models/new-tenant.ts"
import { kindText } from "../../planning/kind-names.ts"

interface ObjectRow {
  readonly id: string
  readonly name: string
  readonly row_id: number | null
}

/**
 * Deletes the host's rows of objects that do not exist (any more), and subtracts them from the resource count. Kinds are
 * taken in reverse order, so that a row goes before the row that it refers to.
 * @returns the rows that remain because other rows of the host refer to them
 */
export async function deleteHostRows(
  trx: Trx,
  { migrationId, tenantId }: { readonly migrationId: number; readonly tenantId: number },
  handlers: Required<ObjectHooks>,
): Promise<readonly string[]> {
  let deleted = 0
  const remaining: string[] = []
  for (const kind of kinds.toReversed()) {
    if (kind.rows?.delete === undefined) continue
    const objects = await trx
      .selectFrom("openstack_replication.object")
      .select(["id", "name", "row_id"])
      .where("migration_id", "=", migrationId)
      .where("kind", "=", kind.name)
      .where("state", "in", ["removed", "skipped", "failed"])
      .where("row_id", "is not", null)
      .execute()
    const referenced = await deleteRowsOf(trx, kind, objects, handlers)
    remaining.push(...referenced)
    if (kind.rows.table !== undefined) deleted += objects.length - referenced.length
  }
  if (deleted === 0) return remaining
  const owner = await trx
    .selectFrom("openstack_tenant as tenant")
    .innerJoin("structure_project as project", "project.id", "tenant.project_id")
    .select(["project.id as projectId", "project.customer_id as customerId"])
    .where("tenant.id", "=", tenantId)
    .executeTakeFirst()
  if (owner !== undefined) await addToResourceCount(trx, owner, -deleted)
  return remaining
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
    const table = kind.rows?.inserted
    if (table !== undefined) await handlers.deleted(trx, { kind: kind.name, table, rowIds })
    await kind.rows?.delete?.(trx, rowIds)
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
