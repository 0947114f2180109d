import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { Requester } from "../../models/own-tables.ts"

/** Stores who has requested the last change of a migration: the host's event log names this user from now on. */
export async function storeRequester(trx: Trx, migrationId: number, requester: Requester): Promise<void> {
  await sql`
    update openstack_replication.run
    set context = jsonb_set(context, '{requester}', ${JSON.stringify(requester)}::jsonb)
    where migration_id = ${migrationId}`.execute(trx)
}
