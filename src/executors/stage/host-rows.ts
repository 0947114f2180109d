import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import { CoreState, type CoreStateCode } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import type { ObjectState } from "../../models/own-tables.ts"

/**
 * Sets state and error message of the host rows of all objects that are in one state. Rows that the marketplace is
 * deleting stay as they are.
 * @param objectState state of the plan's objects
 * @param row Waldur's state and error message
 */
export async function setHostRows(
  trx: Trx,
  migrationId: number,
  objectState: ObjectState,
  row: { readonly state: CoreStateCode; readonly errorMessage: string },
): Promise<void> {
  for (const { name, rows: { table } = {} } of kinds) {
    if (table === undefined) continue
    await sql`
      update ${sql.table(table)} as row
      set state = ${row.state}, error_message = ${row.errorMessage}, modified = now()
      from openstack_replication.object as object
      where object.migration_id = ${migrationId} and object.kind = ${name} and object.row_id = row.id
        and object.state = ${objectState}
        and row.state not in (${CoreState.DELETION_SCHEDULED}, ${CoreState.DELETING})`.execute(trx)
  }
}
