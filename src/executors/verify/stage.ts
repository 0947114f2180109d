import { throwIfInterrupted } from "../queue/interruption.ts"
import { verifyStage } from "../stage/graph.ts"
import type { Stage } from "../stage/stage.ts"
import { removeDuplicates } from "./duplicates.ts"
import { finishVerify } from "./finish-verify.ts"
import { readDestination } from "./read-destination.ts"
import { recordDifferences, verifyTenant } from "./verify.ts"

/** The stage that compares both clouds with the plan and ends the migration. */
export const verification: Stage = {
  name: verifyStage,
  divisible: false,
  async run({ ctx, claim, run, clouds, interruption }) {
    const { migration: migrationId } = claim
    // A verification of a migration that has ended before only reads.
    if (!run.ended) await removeDuplicates(ctx.db, await clouds.context(), migrationId)
    const { comparisons, summary, destination } = await verifyTenant({
      db: ctx.db,
      migrationId,
      clouds,
      inputs: run.inputs,
      waitsForPauses: !run.cancelled,
    })
    const read =
      run.ended || destination === undefined
        ? undefined
        : await readDestination(ctx, run, destination, clouds.stopped)
    throwIfInterrupted(interruption)
    const notRead = read?.notRead ?? []
    const complete = notRead.length > 0 ? { ...summary, notRead } : summary
    return async (trx) => {
      await recordDifferences(trx, comparisons)
      await finishVerify(ctx, trx, { migrationId, run, summary: complete, write: read?.write })
    }
  },
  async giveUp({ ctx, claim, run }, unread) {
    const summary = { at: new Date().toISOString(), compared: 0, differences: 0, unread }
    return (trx) => finishVerify(ctx, trx, { migrationId: claim.migration, run, summary })
  },
}
