import type { Trx } from "../../models/database.ts"
import type { VerifySummary } from "../../models/own-tables.ts"
import type { Run } from "../stage/run.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { finishMigration } from "./finish-migration.ts"

/** Ends a verification: the first one ends the migration, a later one only replaces the summary. */
export async function finishVerify(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  run: Run,
  summary: VerifySummary,
): Promise<void> {
  const later = await trx
    .updateTable("openstack_replication.run")
    .set({ verification: JSON.stringify(summary) })
    .where("migration_id", "=", migrationId)
    .where("finished", "is not", null)
    .executeTakeFirst()
  if (later.numUpdatedRows === 0n) await finishMigration(ctx, trx, migrationId, run, summary)
}
