import { throwIfInterrupted } from "../queue/interruption.ts"
import { verifyStage } from "../stage/graph.ts"
import type { Stage } from "../stage/stage.ts"
import { removeDuplicates } from "./duplicates.ts"
import { finishVerify } from "./finish-verify.ts"
import { recordDifferences, verifyTenant } from "./verify.ts"

/** The stage that compares both clouds with the plan and ends the migration. */
export const verification: Stage = {
  name: verifyStage,
  divisible: false,
  async run({ ctx, claim, run, clouds, interruption }) {
    const { migration: migrationId } = claim
    // A verification of a migration that has ended before only reads.
    if (!run.ended) await removeDuplicates(ctx.db, await clouds.context(), migrationId)
    const { comparisons, summary } = await verifyTenant({
      db: ctx.db,
      migrationId,
      clouds,
      inputs: run.inputs,
      waitsForPauses: !run.cancelled,
    })
    throwIfInterrupted(interruption)
    return async (trx) => {
      await recordDifferences(trx, comparisons)
      await finishVerify(ctx, trx, migrationId, run, summary)
    }
  },
  async giveUp({ ctx, claim, run }, unread) {
    const summary = { at: new Date().toISOString(), compared: 0, differences: 0, unread }
    return (trx) => finishVerify(ctx, trx, claim.migration, run, summary)
  },
}
