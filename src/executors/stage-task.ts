import { ReplicationError } from "../errors.ts"
import type { Engine } from "./engine.ts"
import { enqueueStage, type StageJob } from "./jobs.ts"
import type { Log } from "./log.ts"
import { giveUpStage, runStage } from "./run-stage.ts"

/** A stage that has failed so often is given up. With the delays below that is after about four minutes. */
const mostFaults = 8
const longestDelaySeconds = 60

/**
 * Runs a stage for a job. A fault that is not the cloud's is tried again after 1, 2, 4 … seconds and given up in the
 * end; a worker that is asked to stop hands the stage over at once.
 */
export async function stageJob(
  engine: Engine,
  log: Log,
  payload: StageJob,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { migration, stage, faults = 0 } = payload
  const began = performance.now()
  try {
    await runStage(engine, migration, stage, signal)
    log.info({ migration, stage, ms: Math.round(performance.now() - began) }, "stage ended")
  } catch (error) {
    if (error instanceof ReplicationError && error.code === "STALE_WORKER") {
      log.warn({ migration, stage }, error.message)
    } else if (signal?.aborted) {
      await enqueueStage(engine.db, engine.queueSchema, payload, 0)
      log.info({ migration, stage }, "stage handed over")
    } else if (faults + 1 >= mostFaults) {
      log.error({ migration, stage, error }, "stage given up")
      await giveUpStage(engine, migration, stage, error)
    } else {
      const delay = Math.min(2 ** faults, longestDelaySeconds)
      log.error({ migration, stage, error, delay }, "stage failed, and is tried again")
      await enqueueStage(engine.db, engine.queueSchema, { ...payload, faults: faults + 1 }, delay)
    }
  }
}
