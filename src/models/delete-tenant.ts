import { sql } from "kysely"
import { contentTypeId } from "./content-types.ts"
import type { Trx } from "./database.ts"
import { countRows } from "./new-tenant.ts"

/** PostgreSQL's code of a row that another one refers to. */
const referenced = "23503"

/**
 * Deletes in a part of a transaction of its own. Where rows refer to what it deletes, that stays, and their table is
 * answered; undefined: it is deleted. Waldur's constraints are looked at when a transaction ends: here they are looked
 * at at once.
 */
export async function unlessReferred(trx: Trx, deletion: () => Promise<void>): Promise<string | undefined> {
  await sql`savepoint deletion`.execute(trx)
  try {
    await deletion()
    await sql`set constraints all immediate`.execute(trx)
    await sql`set constraints all deferred`.execute(trx)
    await sql`release savepoint deletion`.execute(trx)
    return undefined
  } catch (error) {
    const { code, table } = error as { readonly code?: string; readonly table?: string }
    if (code !== referenced) throw error
    await sql`rollback to savepoint deletion`.execute(trx)
    await sql`release savepoint deletion`.execute(trx)
    return table ?? "another table"
  }
}

/**
 * Deletes the row of a tenant that is gone from its cloud, as Waldur does, with its quotas and links. Answers false,
 * and leaves it, where rows of the host that this plugin does not know refer to it.
 */
export async function deleteTenant(trx: Trx, tenantId: number): Promise<boolean> {
  const tenant = await trx
    .selectFrom("openstack_tenant as tenant")
    .innerJoin("structure_project as project", "project.id", "tenant.project_id")
    .select(["project.id as project_id", "project.customer_id"])
    .where("tenant.id", "=", tenantId)
    .executeTakeFirst()
  if (tenant === undefined) return true
  const by = await unlessReferred(trx, async () => {
    await trx.deleteFrom("openstack_volumetype_tenants").where("tenant_id", "=", tenantId).execute()
    await trx
      .deleteFrom("quotas_quotalimit")
      .where("object_id", "=", tenantId)
      .where("content_type_id", "=", await contentTypeId(trx, "openstack", "tenant"))
      .execute()
    await trx.deleteFrom("openstack_tenant").where("id", "=", tenantId).execute()
    await countRows(trx, tenant.project_id, tenant.customer_id, -1)
  })
  return by === undefined
}
