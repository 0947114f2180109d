import { errors, ReplicationError } from "../../errors.ts"
import { type Interruption, StageYield, WorkerLost } from "../queue/interruption.ts"
import { type HeldJob, holdsJob, requeueStage, type StageJob } from "../queue/jobs.ts"
import { startTimeSlice } from "../queue/time-slice.ts"
import type { StageOutcome, WorkerContext } from "../stage/worker-context.ts"
import { describeError, type Log } from "./log.ts"
import { giveUpStage, runStage } from "./run-stage.ts"
import { logCall, logStageEnd, placeOf, type StagePlace } from "./stage-log.ts"

/** A stage with this many faults is given up: after about two minutes, with the delays below. */
const maxFaults = 8
const maxDelaySeconds = 60

/**
 * The longest delay of a stage that yielded to a cloud's pause, in milliseconds. After it the stage checks whether the pause
 * still lasts: a person may have ended it, or cancelled the migration.
 */
const maxYieldMs = 60_000

/** What a job of a stage runs with. */
export interface JobContext extends Pick<Interruption, "signal" | "drain"> {
  /** undefined: no other worker can have the job. */
  readonly job?: HeldJob
  /** For tests: a shorter time slice, in milliseconds. */
  readonly timeSliceMs?: number
}

/**
 * Runs a stage for a job. A fault that is not a cloud's is retried after 1, 2, 4 … seconds; the stage is given up after
 * the last. A stage that yields is requeued without counting a fault, after the delay that it names.
 * @throws where the job belongs to another worker by now: graphile-worker then leaves it alone
 */
export async function runStageJob(
  ctx: WorkerContext,
  log: Log,
  payload: StageJob,
  context: JobContext = {},
): Promise<void> {
  const place = await placeOf(ctx.db, payload)
  const slice = startTimeSlice(ctx.db, ctx.queueSchema, payload.migration, context.timeSliceMs)
  const run = new JobRun(ctx, log, payload, place, context)
  const observed: WorkerContext = {
    ...ctx,
    onCall(call, settingsId, cloud) {
      slice.recordCall(call)
      logCall(log, place, call, cloud)
      ctx.onCall?.(call, settingsId, cloud)
    },
  }
  const { signal, drain, job } = context
  try {
    await runStage(observed, payload.migration, payload.stage, { signal, drain, preempt: slice.preempt }, job)
    await run.done()
  } catch (error) {
    await run.interrupted(error)
  } finally {
    slice.end()
  }
}

/** One run of a job: decides what an error means for the job, and records the outcome. */
class JobRun {
  readonly #ctx: WorkerContext
  readonly #log: Log
  readonly #payload: StageJob
  readonly #place: StagePlace
  readonly #context: JobContext
  readonly #began = performance.now()

  constructor(ctx: WorkerContext, log: Log, payload: StageJob, place: StagePlace, context: JobContext) {
    this.#ctx = ctx
    this.#log = log
    this.#payload = payload
    this.#place = place
    this.#context = context
  }

  async done(): Promise<void> {
    this.#report("done")
    await logStageEnd(this.#ctx.db, this.#log, this.#place, performance.now() - this.#began)
  }

  /** Handles what ended the stage early. @throws where the job belongs to another worker */
  async interrupted(error: unknown): Promise<void> {
    const { signal, drain } = this.#context
    const faults = (this.#payload.faults ?? 0) + 1
    if (signal?.reason instanceof WorkerLost) {
      this.#reportFenced(signal.reason.message)
      throw error
    }
    if (error instanceof ReplicationError && error.code === "STALE_WORKER") {
      this.#reportFenced(error.message)
      if (!(await this.#holdsJob())) throw error
    } else if (error instanceof StageYield) await this.#yield(error)
    else if (signal?.aborted || drain?.aborted) await this.#yield(new StageYield("the worker stops"))
    else if (faults < maxFaults) await this.#retry(error, faults)
    else if (await this.#holdsJob()) await this.#giveUp(error)
    else throw error
  }

  async #yield({ delayMs: requestedMs, message: why }: StageYield): Promise<void> {
    const delayMs = Math.min(requestedMs, maxYieldMs)
    await this.#requeue(delayMs)
    this.#report("yielded")
    this.#log.info({ ...this.#place, why, delayMs: Math.round(delayMs) }, "stage yielded")
  }

  async #retry(error: unknown, faults: number): Promise<void> {
    const delay = Math.min(2 ** (faults - 1), maxDelaySeconds)
    await this.#requeue(delay * 1_000, { faults })
    this.#report("failed")
    this.#log.error({ ...this.#place, error: describeError(error), delay }, "stage failed; retrying it")
  }

  async #giveUp(error: unknown): Promise<void> {
    const { migration, stage, faults = 0 } = this.#payload
    this.#log.error({ ...this.#place, error: describeError(error) }, "stage given up")
    try {
      await giveUpStage(this.#ctx, migration, stage, error, this.#context.job)
      this.#report("given_up")
    } catch (fault) {
      // Giving up saves rows, and a host's hook may refuse each save: the migration ends once the hook is corrected.
      await this.#requeue(maxDelaySeconds * 1_000, { faults })
      this.#report("failed")
      this.#log.error(
        { ...this.#place, error: describeError(fault) },
        "giving a stage up failed; retrying it",
      )
    }
  }

  /** @throws STALE_WORKER where the job belongs to another worker */
  async #requeue(delayMs: number, more: Partial<StageJob> = {}): Promise<void> {
    const payload = { ...this.#payload, ...more }
    const { db, queueSchema } = this.#ctx
    if (await requeueStage(db, queueSchema, this.#context.job, payload, delayMs / 1_000)) return
    this.#report("fenced")
    throw errors.staleWorker(payload.stage)
  }

  #holdsJob(): Promise<boolean> {
    return holdsJob(this.#ctx.db, this.#ctx.queueSchema, this.#context.job)
  }

  #reportFenced(why: string): void {
    this.#report("fenced")
    this.#log.warn({ ...this.#place, why }, "stage fenced; another worker has it")
  }

  #report(outcome: StageOutcome): void {
    this.#ctx.onStage?.(this.#payload.stage, outcome, performance.now() - this.#began)
  }
}
