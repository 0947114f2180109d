/**
 * How the work on a stage can end before the stage has ended.
 *
 *   ┌─────────┐  drain, preempt  ┌──────────┐   signal   ┌──────────┐
 *   │ running │ ───────────────▶ │ draining │ ─────────▶ │ aborting │ ◀── signal, from running
 *   └──┬───┬──┘                  └────┬─────┘            └──┬────┬──┘
 *      │   │ pause of a cloud         │                     │    │ worker lost, or stage
 *      │   └────────────────────────┐ │ ┌───────────────────┘    │ started by another one
 *      ▼                            ▼ ▼ ▼ StageYield             ▼ WorkerLost, STALE_WORKER
 *   done, failed, given_up        yielded                     fenced
 *                                     │
 *                                     ▼ requeueStage
 *                     a later job of the stage, on any worker
 *
 * | signal    | why                                                | effect                                          |
 * | --------- | -------------------------------------------------- | ----------------------------------------------- |
 * | `drain`   | the worker stops                                   | calls in flight end, no other begins            |
 * | `preempt` | the time slice is over and other migrations wait   | the same; only for stages that are divisible    |
 * | `signal`  | the worker's grace period is over, or it was lost  | calls in flight are aborted                     |
 *
 * A yield is not counted as a failure: what was created is recorded, and the next job of the stage lists, pairs
 * and continues. A fenced worker writes nothing and leaves its job alone, because the job belongs to another worker.
 */
export interface Interruption {
  /** Aborts the calls in flight. Its reason is a WorkerLost where the worker is lost. */
  readonly signal?: AbortSignal | undefined
  /** Lets the calls in flight end and begins nothing new. Its reason is a StageYield. */
  readonly drain?: AbortSignal | undefined
  /** The same, for stages that are divisible: other migrations wait. */
  readonly preempt?: AbortSignal | undefined
}

/** The stage is left to a later job: nothing has failed, and nothing is counted. */
export class StageYield extends Error {
  override readonly name = "StageYield"
  /** Time before which the job must not start, in milliseconds. */
  readonly delayMs: number

  constructor(reason: string, delayMs = 0) {
    super(reason)
    this.delayMs = delayMs
  }
}

/** The worker that runs the stage has ended with a fault: its job belongs to another worker, now or soon. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost"
}

/** @throws the reason of the first signal that was aborted, in the order signal, drain, preempt */
export function throwIfInterrupted({ signal, drain, preempt }: Interruption): void {
  signal?.throwIfAborted()
  drain?.throwIfAborted()
  preempt?.throwIfAborted()
}

/** One signal that is aborted with the first of those that are given; undefined where none is given. */
export function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length === 0 ? undefined : AbortSignal.any(given)
}
