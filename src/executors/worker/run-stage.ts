import type { Interruption } from "../queue/interruption.ts"
import type { HeldJob } from "../queue/jobs.ts"
import { type CallCount, newCallCount, recordCalls } from "../stage/call-count.ts"
import { openSession } from "../stage/session.ts"
import { endIfTerminated, finishStage, startStage } from "../stage/stage-store.ts"
import { isTenantTerminated } from "../stage/termination.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { stageNamed } from "./stages.ts"

/**
 * Runs one stage to its end and enqueues the stages that waited for it. May be run again at any time and by any worker.
 * @param migration id of the migration's row
 * @param name of the stage
 * @param job undefined: no other worker can have the job
 * @throws StageYield where it was interrupted, or a cloud requested a long pause
 */
export async function runStage(
  ctx: WorkerContext,
  migration: number,
  name: string,
  interruption: Interruption = {},
  job?: HeldJob,
): Promise<void> {
  const claimed = await startStage(ctx, migration, name, job)
  if (claimed === undefined) return
  const stage = stageNamed(name)
  const count: CallCount = newCallCount()
  try {
    const interruptions = stage.divisible ? interruption : { ...interruption, preempt: undefined }
    const session = await openSession({ ctx, ...claimed }, interruptions, count)
    await finishStage(session, count, await stage.run(session))
  } catch (error) {
    await recordCalls(ctx.db, claimed.claim, count).catch(() => undefined)
    if (isTenantTerminated(error) && (await endIfTerminated(ctx, migration))) return
    throw error
  }
}

/**
 * Ends a stage that has failed repeatedly with a fault that is not a cloud's: its unfinished objects fail, and the
 * migration can end.
 */
export async function giveUpStage(
  ctx: WorkerContext,
  migration: number,
  name: string,
  error: unknown,
  job?: HeldJob,
): Promise<void> {
  const claimed = await startStage(ctx, migration, name, job)
  if (claimed === undefined) return
  const stage = { ctx, ...claimed }
  const why = error instanceof Error ? error.message : String(error)
  const atEnd = await stageNamed(name).giveUp(
    stage,
    `Stage ${name} was given up after repeated errors: ${why}`,
  )
  await finishStage(stage, newCallCount(), atEnd)
}
