import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Trx } from "../../models/database.ts"
import { deleteUnlessReferenced } from "../../models/delete-tenant.ts"
import { addToResourceCount } from "../../models/new-tenant.ts"
import { kindText } from "../../planning/plan.ts"

interface Row {
  readonly id: string
  readonly name: string
  readonly row_id: number | null
}

/**
 * Deletes the host's rows of objects that are gone, and counts them off: what stands in another goes first. Answers
 * which stay, for people, because rows that are none of this migration's refer to them.
 */
export async function deleteHostRows(
  trx: Trx,
  migrationId: number,
  tenantId: number,
): Promise<readonly string[]> {
  let counted = 0
  const kept: string[] = []
  for (const kind of kinds.toReversed()) {
    if (kind.rows?.delete === undefined) continue
    const rows = await trx
      .selectFrom("openstack_replication.object")
      .select(["id", "name", "row_id"])
      .where("migration_id", "=", migrationId)
      .where("kind", "=", kind.name)
      .where("state", "in", ["removed", "skipped", "failed"])
      .where("row_id", "is not", null)
      .execute()
    const stay = await forgetRows(trx, kind, rows)
    kept.push(...stay)
    if (kind.rows?.table !== undefined) counted += rows.length - stay.length
  }
  if (counted === 0) return kept
  const scope = await trx
    .selectFrom("openstack_tenant as tenant")
    .innerJoin("structure_project as project", "project.id", "tenant.project_id")
    .select(["project.id", "project.customer_id"])
    .where("tenant.id", "=", tenantId)
    .executeTakeFirst()
  if (scope !== undefined) await addToResourceCount(trx, scope.id, scope.customer_id, -counted)
  return kept
}

/** All at once or, where one of them has to stay, one by one. */
async function forgetRows(trx: Trx, kind: AnyKind, rows: readonly Row[]): Promise<readonly string[]> {
  if (rows.length === 0) return []
  const by = await deleteUnlessReferenced(trx, async () => {
    await kind.rows?.delete?.(
      trx,
      rows.flatMap((row) => row.row_id ?? []),
    )
    await sql`update openstack_replication.object set row_id = null where id = any(${rows.map((row) => row.id)}::bigint[])`.execute(
      trx,
    )
  })
  if (by === undefined) return []
  const [row] = rows
  if (row !== undefined && rows.length === 1)
    return [`${kindText(kind.name)} "${row.name}" (rows of ${by} refer to it)`]
  const kept: string[] = []
  for (const one of rows) kept.push(...(await forgetRows(trx, kind, [one])))
  return kept
}
