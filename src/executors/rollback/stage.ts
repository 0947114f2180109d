import { throwIfInterrupted } from "../queue/interruption.ts"
import { withClaim } from "../stage/claim.ts"
import { rollbackStage } from "../stage/graph.ts"
import { requeueOnRateLimit } from "../stage/read-retry.ts"
import type { Stage, StageSession } from "../stage/stage.ts"
import { beginRollback, finishRollback } from "./finish-rollback.ts"
import { type RollbackResult, rollBack } from "./rollback.ts"

/** The stage that deletes what a migration has created. It is not in the graph: a user requests it. */
export const rollback: Stage = {
  name: rollbackStage,
  divisible: true,
  async run(session) {
    const { ctx, claim } = session
    await withClaim(ctx.db, claim, (trx) => beginRollback(ctx, trx, claim.migration))
    const result = await deleteCreated(session)
    throwIfInterrupted(session.interruption)
    return (trx) => finishRollback(ctx, trx, claim.migration, result)
  },
  async giveUp({ ctx, claim }, reason) {
    const result: RollbackResult = { inUse: false, givenUp: true, remaining: [reason] }
    return (trx) => finishRollback(ctx, trx, claim.migration, result)
  },
}

async function deleteCreated({
  ctx,
  claim,
  run,
  clouds,
  interruption,
}: StageSession): Promise<RollbackResult> {
  try {
    return await rollBack({
      db: ctx.db,
      claim,
      rollback: run.rollback,
      everOk: run.everOk,
      openDestination: clouds.context,
      signal: clouds.stopped,
    })
  } catch (error) {
    // A call that was interrupted fails as if the cloud had failed.
    throwIfInterrupted(interruption)
    requeueOnRateLimit(error)
    throw error
  }
}
