import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Trx } from "../../models/database.ts"
import { deleteUnlessReferenced } from "../../models/delete-tenant.ts"
import type { WorkerContext } from "./worker-context.ts"

/** A row that a pull wrote for an object that has a row already. */
interface SecondRow {
  readonly id: number
  /** Id of the row that the plan's object has. */
  readonly own: number
}

/** Columns that may refer to a second row and then refer to the object's own row instead. */
const references: Readonly<Record<string, readonly (readonly [table: string, column: string])[]>> = {
  openstack_network: [
    ["openstack_subnet", "network_id"],
    ["openstack_port", "network_id"],
  ],
  openstack_subnet: [["openstack_port", "subnet_id"]],
}

/**
 * Deletes rows that Waldur's pull wrote for objects that the plan has a row for. A pull finds rows by the cloud's ids: it
 * writes a second row for an object whose id is not recorded yet. Runs when every id is recorded.
 */
export async function deleteSecondRows(ctx: WorkerContext, trx: Trx, migrationId: number): Promise<void> {
  for (const kind of kinds.toReversed()) {
    const table = kind.rows?.table
    if (table === undefined) continue
    const { rows: secondRows } = await sql<SecondRow>`
      select row.id, object.row_id as own from openstack_replication.object as object
        join openstack_replication.run as run on run.migration_id = object.migration_id
        join ${sql.table(table)} as row on row.tenant_id = run.tenant_id and row.backend_id = object.backend_id
      where object.migration_id = ${migrationId} and object.kind = ${kind.name} and row.id <> object.row_id`.execute(
      trx,
    )
    if (secondRows.length > 0)
      await deleteUnlessReferenced(trx, () => deleteRows(ctx, trx, { kind, table, secondRows }))
  }
}

async function deleteRows(
  { handlers }: WorkerContext,
  trx: Trx,
  {
    kind,
    table,
    secondRows,
  }: { readonly kind: AnyKind; readonly table: string; readonly secondRows: readonly SecondRow[] },
): Promise<void> {
  const rowIds = secondRows.map(({ id }) => id)
  for (const [referring, column] of references[table] ?? []) {
    await sql`
      update ${sql.table(referring)} as row set ${sql.ref(column)} = second.own
      from unnest(${rowIds}::int[], ${secondRows.map(({ own }) => own)}::int[]) as second (id, own)
      where row.${sql.ref(column)} = second.id`.execute(trx)
  }
  if (table === "openstack_securitygroup") {
    await sql`
      delete from openstack_securitygrouprule
      where security_group_id = any(${rowIds}::int[]) or remote_group_id = any(${rowIds}::int[])`.execute(trx)
    await sql`
      delete from openstack_port_security_groups where securitygroup_id = any(${rowIds}::int[])`.execute(trx)
  }
  await handlers.objects.deleted(trx, { kind: kind.name, table, rowIds })
  await kind.rows?.delete?.(trx, rowIds)
}
