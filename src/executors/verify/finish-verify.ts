import type { Trx } from "../../models/database.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { type EndedRun, finishMigration } from "./finish-migration.ts"

/** Ends a verification: the first one ends the migration, a later one only replaces the summary. */
export async function finishVerify(ctx: WorkerContext, trx: Trx, ended: EndedRun): Promise<void> {
  const later = await trx
    .updateTable("openstack_replication.run")
    .set({ verification: JSON.stringify(ended.summary) })
    .where("migration_id", "=", ended.migrationId)
    .where("finished", "is not", null)
    .executeTakeFirst()
  if (later.numUpdatedRows === 0n) await finishMigration(ctx, trx, ended)
}
