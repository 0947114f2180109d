import type { Trx } from "../../models/database.ts"
import type { VerifySummary } from "../../models/own-tables.ts"
import type { Run } from "../stage/stage-store.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { finishMigration } from "./finish-migration.ts"

/** Ends the last stage: of a migration that has ended before, only what was found is new. */

export async function endVerification(
  ctx: WorkerContext,
  trx: Trx,
  migrationId: number,
  run: Run,
  verified: VerifySummary,
): Promise<void> {
  const again = await trx
    .updateTable("openstack_replication.run")
    .set({ verification: JSON.stringify(verified) })
    .where("migration_id", "=", migrationId)
    .where("finished", "is not", null)
    .executeTakeFirst()
  if (again.numUpdatedRows === 0n) await finishMigration(ctx, trx, migrationId, run, verified)
}
