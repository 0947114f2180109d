import { sql } from "kysely"
import { contentTypeId } from "./content-types.ts"
import type { Trx } from "./database.ts"
import { addToResourceCount } from "./new-tenant.ts"

/** PostgreSQL's code of a violated foreign key. */
const foreignKeyViolation = "23503"

/**
 * Deletes rows behind a savepoint. Where other rows refer to them, nothing is deleted.
 *
 * Django's constraints are deferred to the end of the transaction; here they are checked at once.
 * @returns the table whose rows refer to them; undefined: they are deleted
 */
export async function deleteUnlessReferenced(
  trx: Trx,
  deletion: () => Promise<void>,
): Promise<string | undefined> {
  await sql`savepoint deletion`.execute(trx)
  try {
    await deletion()
    await sql`set constraints all immediate`.execute(trx)
    await sql`set constraints all deferred`.execute(trx)
    await sql`release savepoint deletion`.execute(trx)
    return undefined
  } catch (error) {
    const { code, table } = error as { readonly code?: string; readonly table?: string }
    if (code !== foreignKeyViolation) throw error
    await sql`rollback to savepoint deletion`.execute(trx)
    await sql`release savepoint deletion`.execute(trx)
    return table ?? "another table"
  }
}

/**
 * Deletes the row of a tenant that no longer exists in its cloud, with its quotas and links, as Waldur does.
 * @param beforeDeletion called while the row still exists; what it writes is undone where the row is kept
 * @returns false, and keeps the row, where rows of the host that this plugin does not know refer to it
 */
export async function deleteTenant(
  trx: Trx,
  tenantId: number,
  beforeDeletion: () => Promise<void>,
): Promise<boolean> {
  const tenant = await trx
    .selectFrom("openstack_tenant as tenant")
    .innerJoin("structure_project as project", "project.id", "tenant.project_id")
    .select(["project.id as projectId", "project.customer_id as customerId"])
    .where("tenant.id", "=", tenantId)
    .executeTakeFirst()
  if (tenant === undefined) return true
  const referencedBy = await deleteUnlessReferenced(trx, async () => {
    await beforeDeletion()
    await trx.deleteFrom("openstack_volumetype_tenants").where("tenant_id", "=", tenantId).execute()
    await trx
      .deleteFrom("quotas_quotalimit")
      .where("object_id", "=", tenantId)
      .where("content_type_id", "=", await contentTypeId(trx, "openstack", "tenant"))
      .execute()
    await trx.deleteFrom("openstack_tenant").where("id", "=", tenantId).execute()
    await addToResourceCount(trx, tenant, -1)
  })
  return referencedBy === undefined
}
