import type { Trx } from "../../models/database.ts"
import type { VerifySummary } from "../../models/own-tables.ts"
import type { Run } from "../stage/stage-store.ts"
import type { Engine } from "../stage/worker-context.ts"
import { conclude } from "./finish-migration.ts"

/** Ends the last stage: of a migration that has ended before, only what was found is new. */

export async function endVerification(
  engine: Engine,
  trx: Trx,
  migrationId: number,
  run: Run,
  verified: VerifySummary,
): Promise<void> {
  const again = await trx
    .updateTable("openstack_replication.run")
    .set({ summary: JSON.stringify(verified) })
    .where("migration_id", "=", migrationId)
    .where("finished", "is not", null)
    .executeTakeFirst()
  if (again.numUpdatedRows === 0n) await conclude(engine, trx, migrationId, run, verified)
}
