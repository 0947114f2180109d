import { sql } from "kysely"
import { contentTypeId } from "./content-types.ts"
import type { Trx } from "./database.ts"

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

/** Tables of what Waldur's pull reads for each tenant from its cloud, and deletes with it. */
const tenantTables = [
  "openstack_volumetype_tenants",
  "openstack_flavor_tenants",
  "openstack_image_tenants",
  "openstack_instanceavailabilityzone",
  "openstack_volumeavailabilityzone",
] as const

/**
 * Deletes the row of a tenant that no longer exists in its cloud, with its quotas, usages and links, as Waldur does.
 * @param beforeDeletion called while the row still exists; what it writes is undone where the row is kept
 * @returns false, and keeps the row, where rows of the host that this plugin does not know refer to it
 */
export async function deleteTenant(
  trx: Trx,
  tenantId: number,
  beforeDeletion: () => Promise<void>,
): Promise<boolean> {
  const tenant = await trx
    .selectFrom("openstack_tenant")
    .select("id")
    .where("id", "=", tenantId)
    .executeTakeFirst()
  if (tenant === undefined) return true
  const referencedBy = await deleteUnlessReferenced(trx, async () => {
    await beforeDeletion()
    for (const table of tenantTables) await trx.deleteFrom(table).where("tenant_id", "=", tenantId).execute()
    const contentType = await contentTypeId(trx, "openstack", "tenant")
    for (const table of ["quotas_quotalimit", "quotas_quotausage"] as const) {
      await trx
        .deleteFrom(table)
        .where("object_id", "=", tenantId)
        .where("content_type_id", "=", contentType)
        .execute()
    }
    await trx.deleteFrom("openstack_tenant").where("id", "=", tenantId).execute()
  })
  return referencedBy === undefined
}
