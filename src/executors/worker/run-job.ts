import { errors, ReplicationError } from "../../errors.ts"
import type { CallRecord } from "../../openstack/types.ts"
import { StageYield, WorkerLost } from "../queue/interruption.ts"
import { type HeldJob, hasWaitingMigrations, holdsJob, passOn, type StageJob } from "../queue/jobs.ts"
import type { StageOutcome, WorkerContext } from "../stage/worker-context.ts"
import { describeError, type Log } from "./log.ts"
import { giveUpStage, runStage } from "./run-stage.ts"
import { logCall, logStageEnd, placeOf } from "./stage-log.ts"

/** A stage that has failed so often is given up. With the delays below that is after about two minutes. */
const mostFaults = 8
const longestDelaySeconds = 60

/**
 * A stage that waits for the end of a cloud's pause looks so often whether it still lasts, in milliseconds: a person may
 * have ended it, or cancelled the migration.
 */
const longestWaitMs = 60_000

/** The turn of a stage, in milliseconds: long beside what it costs to take a stage up again, which is a list. */
const defaultQuantumMs = 10_000
/** A stage that none of whose calls has come to its turn gives its place in the worker away after this time. */
const idleMs = 10_000
/** After that, how often it is asked whether others wait. */
const lookMs = 1_000

/** How a job runs. */
export interface JobContext {
  /** Gives up the calls under way: the worker cannot wait for them. */
  readonly signal?: AbortSignal
  /** Lets what is under way end, and begins nothing more: the worker is to stop. */
  readonly drain?: AbortSignal
  /** undefined: nobody else can have the job. */
  readonly job?: HeldJob
  /** A stage that has worked for so long goes to the back of the queue as soon as others wait, in milliseconds. */
  readonly quantumMs?: number
}

/**
 * Runs a stage for a job. A fault that is not the cloud's is tried again after 1, 2, 4 … seconds and given up in the
 * end; a worker that is asked to stop, or whose turn is over, hands the stage over at once.
 * @throws where the job is another worker's by now: graphile-worker then leaves it alone
 */
export async function stageJob(
  ctx: WorkerContext,
  log: Log,
  payload: StageJob,
  context: JobContext = {},
): Promise<void> {
  const { migration, stage, faults = 0 } = payload
  const began = performance.now()
  const place = await placeOf(ctx.db, payload)
  const turn = takeTurn(ctx, payload, context.quantumMs ?? defaultQuantumMs)
  const watched: WorkerContext = {
    ...ctx,
    onCall(call, settingsId, cloud) {
      turn.called(call)
      logCall(log, place, call, cloud)
      ctx.onCall?.(call, settingsId, cloud)
    },
  }
  const ended = (outcome: StageOutcome) => ctx.onStage?.(stage, outcome, performance.now() - began)
  const { signal, drain, job } = context
  const passOnAfter = async (delayMs: number, more: Partial<StageJob> = {}) => {
    if (await passOn(ctx.db, ctx.queueSchema, job, { ...payload, ...more }, delayMs / 1_000)) return
    ended("taken_over")
    throw errors.staleWorker(stage)
  }
  const giveUp = async (error: unknown) => {
    log.error({ ...place, error: describeError(error) }, "stage given up")
    try {
      await giveUpStage(ctx, migration, stage, error, job)
      ended("given_up")
    } catch (fault) {
      // To give up is to save, and a host's hook may refuse each save: the migration goes on once that is corrected.
      await passOnAfter(longestDelaySeconds * 1_000, { faults })
      ended("failed")
      log.error({ ...place, error: describeError(fault) }, "stage could not be given up, and is tried again")
    }
  }
  try {
    await runStage(watched, migration, stage, { signal, drain, preempt: turn.over }, job)
    ended("done")
    await logStageEnd(ctx.db, log, place, performance.now() - began)
  } catch (error) {
    const lost = signal?.reason instanceof WorkerLost
    if (lost || (error instanceof ReplicationError && error.code === "STALE_WORKER")) {
      ended("taken_over")
      log.warn(place, lost ? signal.reason.message : errors.staleWorker(stage).message)
      if (lost || !(await holdsJob(ctx.db, ctx.queueSchema, job))) throw error
    } else if (error instanceof StageYield || signal?.aborted || drain?.aborted) {
      const { delayMs: askedMs, message: why } =
        error instanceof StageYield ? error : new StageYield("the worker stops")
      const delayMs = Math.min(askedMs, longestWaitMs)
      await passOnAfter(delayMs)
      ended("handed_over")
      log.info({ ...place, why, delayMs: Math.round(delayMs) }, "stage handed over")
    } else if (faults + 1 >= mostFaults) {
      if (!(await holdsJob(ctx.db, ctx.queueSchema, job))) throw error
      await giveUp(error)
    } else {
      const delay = Math.min(2 ** faults, longestDelaySeconds)
      await passOnAfter(delay * 1_000, { faults: faults + 1 })
      ended("failed")
      log.error({ ...place, error: describeError(error), delay }, "stage failed, and is tried again")
    }
  } finally {
    turn.end()
  }
}

/**
 * The turn of a stage: over once it has had its time, and others wait. Not before it has changed something: a stage that
 * only gets to look at what is there, or whose changes all fail, would never end. One that gets to no call at all may as
 * well wait in the queue.
 */
function takeTurn({ db, queueSchema }: WorkerContext, { migration }: StageJob, quantumMs: number) {
  const began = performance.now()
  const over = new AbortController()
  let calls = 0
  let writes = 0
  let timer: NodeJS.Timeout | undefined
  const look = async () => {
    const had = writes > 0 || (calls === 0 && performance.now() - began > idleMs)
    const wait = had && (await hasWaitingMigrations(db, queueSchema, migration).catch(() => false))
    if (timer === undefined) return
    if (wait) over.abort(new StageYield("its turn is over, and others wait"))
    else timer = setTimeout(look, Math.min(quantumMs, lookMs))
  }
  timer = setTimeout(look, quantumMs)
  return {
    over: over.signal,
    called({ write, status }: CallRecord) {
      calls += 1
      if (write && status >= 200 && status < 300) writes += 1
    },
    end() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
