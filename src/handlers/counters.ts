import { sql } from "kysely"
import { contentTypeId } from "../models/content-types.ts"
import type { Trx } from "../models/database.ts"
import { hostTables } from "../models/host-tables.ts"
import type { Handler, ObjectRows } from "./handler.ts"
import type { OrderRow, Saved } from "./hooks.ts"

/**
 * Keeps the numbers of OpenStack rows that Waldur has for each project and customer, and of orders for each offering. Waldur
 * sums up the deltas; no row of them is ever changed.
 */
export const countersHandler: Handler = {
  name: "counters",
  writes: { quotas_quotausage: hostTables.quotas_quotausage },
  hooks: () => ({ order: [countOrder] }),
  objects: () => ({
    inserted: (trx, rows) => countRows(trx, rows, 1),
    deleted: (trx, rows) => countRows(trx, rows, -1),
  }),
}

/** The table whose rows Waldur does not count. */
const uncounted = "openstack_securitygrouprule"

/** Adds to the numbers of the rows' projects and their customers, in one delta for all rows of a project. */
async function countRows(trx: Trx, { table, rowIds }: ObjectRows, sign: 1 | -1): Promise<void> {
  if (table === uncounted) return
  const projectType = await contentTypeId(trx, "structure", "project")
  const customerType = await contentTypeId(trx, "structure", "customer")
  await sql`
    insert into quotas_quotausage (name, delta, object_id, content_type_id)
    select 'nc_resource_count', ${sign}::int * counted.rows, scope.object_id, scope.content_type_id
    from (
      select project_id, count(*) as rows from ${sql.table(table)} where id = any(${[...rowIds]}::int[]) group by project_id
    ) as counted
      join structure_project project on project.id = counted.project_id
      cross join lateral (
        values (project.id, ${projectType}::int), (project.customer_id, ${customerType}::int)
      ) as scope (object_id, content_type_id)`.execute(trx)
}

async function countOrder({ instance, created, trx }: Saved<OrderRow>): Promise<void> {
  if (!created) return
  await trx
    .insertInto("quotas_quotausage")
    .values({
      name: "order_count",
      delta: 1,
      object_id: instance.offering_id,
      content_type_id: await contentTypeId(trx, "marketplace", "offering"),
    })
    .execute()
}
