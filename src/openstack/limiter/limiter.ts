import type { Service } from "../cloud/types.ts"

/*
 * Rate limiting of one cloud: a call starts only with a slot.
 *
 *                      signal aborted: the signal's reason
 *                      pause longer than maxPauseMs: PauseTooLong
 *                    ┌────────────────────────────────────────────► refused
 *                    │
 *   acquire() ──► waiting ──────────────► granted ──────► released
 *                 (FairQueue)  free slot,          release(), once;
 *                              no pause,           the next waiter is granted
 *                              not fenced
 *
 * waiting   The call is in the process's `FairQueue`. Urgent calls (a sign-in that others wait for) come first. Then the
 *           fairness keys (one for each migration) take turns, so that a large migration does not delay a small one; within
 *           a key, retries come before new calls.
 * granted   `acquire` has resolved: the call counts as in flight, and as a start within the window of the rate.
 * released  The call has ended. A slot is released once; a second release does nothing.
 * refused   `acquire` has rejected. A call is refused rather than delayed beyond what it may wait, so that the stage is put
 *           back into the queue and its worker is free for other clouds.
 *
 * Pause     While a cloud has requested a pause (429 and the like), nothing is granted. `pause` extends it, never shortens it.
 *
 * Two classes implement `Limiter`, with the same `FairQueue` in front; they differ in who grants:
 *
 *   LocalLimiter   (here)                    grants by its own counters, for a cloud that no other process calls.
 *   SharedLimiter  (src/executors/clouds)    grants what the database grants to all processes together. It reports its
 *                                            calls in flight and requests slots with one SQL function, `acquire_slots`.
 *                                            Two more things can keep its calls waiting, and refuse them in the end:
 *                                            the database is unreachable, or the process was fenced (taken for dead; its
 *                                            jobs run elsewhere) and must start nothing until it has a new owner name.
 */

/** A call was refused, because the cloud's pause, or the wait for a slot, is longer than the call may wait. */
export class PauseTooLong extends Error {
  override readonly name = "PauseTooLong"
  /** Length of the pause from now, in milliseconds. */
  readonly pauseMs: number

  constructor(message: string, pauseMs: number) {
    super(message)
    this.pauseMs = pauseMs
  }
}

/** What a call states when it requests a slot. */
export interface AcquireOptions {
  /** Longest pause that the call waits for, in milliseconds; its turn in the queue may take longer. */
  readonly maxPauseMs: number
  /** Comes before all other calls: a sign-in that they wait for. */
  readonly urgent: boolean
  /** A retry comes before the new calls of its fairness key. */
  readonly isRetry: boolean
  /** Keys take turns, e.g. one for each migration, so that many calls of one do not delay few calls of another. */
  readonly fairnessKey: string
  readonly signal: AbortSignal
}

/** The response in which a cloud requested a pause. */
export interface PauseCause {
  /** The service that sent it, e.g. `network`. */
  readonly service: Service
  /** HTTP status: 429, 413, 498 or 503. */
  readonly status: number
}

/** Enforces the rate limit of one cloud: a number of calls in flight, a number of starts per second, and pauses. */
export interface Limiter {
  /**
   * Waits for a slot and returns the function that releases it.
   * @throws PauseTooLong, or the signal's reason
   */
  acquire(options: AcquireOptions): Promise<() => void>
  /** Grants nothing for this many milliseconds. A shorter pause than the present one changes nothing. */
  pause(ms: number, cause: PauseCause): void
}

/** Returns the message of a `PauseTooLong`. */
export function describePause(seconds: number): string {
  return `the cloud requested a pause, which lasts ${seconds} s longer`
}
