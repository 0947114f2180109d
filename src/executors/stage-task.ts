import { ReplicationError } from "../errors.ts"
import type { Engine, StageOutcome } from "./engine.ts"
import { enqueueStage, type StageJob } from "./jobs.ts"
import { describeError, type Log } from "./log.ts"
import { giveUpStage, runStage } from "./run-stage.ts"
import { logCall, logStageEnd, placeOf } from "./stage-log.ts"

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
  const place = await placeOf(engine.db, payload)
  const watched: Engine = {
    ...engine,
    onCall(call, settingsId, cloud) {
      logCall(log, place, call, cloud)
      engine.onCall?.(call, settingsId, cloud)
    },
  }
  const ended = (outcome: StageOutcome) => engine.onStage?.(stage, outcome, performance.now() - began)
  try {
    await runStage(watched, migration, stage, signal)
    ended("done")
    await logStageEnd(engine.db, log, place, performance.now() - began)
  } catch (error) {
    if (error instanceof ReplicationError && error.code === "STALE_WORKER") {
      ended("taken_over")
      log.warn(place, error.message)
    } else if (signal?.aborted) {
      await enqueueStage(engine.db, engine.queueSchema, payload, 0)
      ended("handed_over")
      log.info(place, "stage handed over")
    } else if (faults + 1 >= mostFaults) {
      ended("given_up")
      log.error({ ...place, error: describeError(error) }, "stage given up")
      await giveUpStage(engine, migration, stage, error)
    } else {
      const delay = Math.min(2 ** faults, longestDelaySeconds)
      ended("failed")
      log.error({ ...place, error: describeError(error), delay }, "stage failed, and is tried again")
      await enqueueStage(engine.db, engine.queueSchema, { ...payload, faults: faults + 1 }, delay)
    }
  }
}
