/** A stage is left to a later job before its end: nothing has failed, and nothing is counted. */
export class StageYield extends Error {
  override readonly name = "StageYield"
  /** The job may start after so long, in milliseconds. */
  readonly delayMs: number

  constructor(why: string, delayMs = 0) {
    super(why)
    this.delayMs = delayMs
  }
}

/** The worker that runs a stage has come to an end of its own: its job is another's by now, or will be. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost"
}

/** What ends the work on a stage before its end. */
export interface Interruption {
  /** Calls under way are given up. */
  readonly signal?: AbortSignal | undefined
  /** Nothing more is begun; what is under way may end. Its reason is a StageYield. */
  readonly drain?: AbortSignal | undefined
  /** The same, where the work can be divided: others wait. */
  readonly preempt?: AbortSignal | undefined
}

/** @throws the reason of the first that has come */
export function throwIfInterrupted({ signal, drain, preempt }: Interruption): void {
  signal?.throwIfAborted()
  drain?.throwIfAborted()
  preempt?.throwIfAborted()
}

/** One signal of those that are there. */
export function anyOf(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length === 0 ? undefined : AbortSignal.any(given)
}
