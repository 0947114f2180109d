import type { Service } from "../types.ts"

/** A call may not start, because it would have to wait for longer than it may. */
export class PauseTooLong extends Error {
  override readonly name = "PauseTooLong"
  /** How long, from now, in milliseconds. */
  readonly ms: number

  constructor(message: string, ms: number) {
    super(message)
    this.ms = ms
  }
}

/** A call that waits for its turn. */
export interface Entry {
  /** Longest pause that is waited for, in milliseconds; the turn in the queue may take longer. */
  readonly patienceMs: number
  /** Goes before all others: a sign-in that they wait for. */
  readonly urgent: boolean
  /** A further try of a call goes before the calls of its flow that have not begun. */
  readonly again: boolean
  /** Flows take turns, e.g. migrations, so that one with many calls does not hold up one with few. */
  readonly flow: string
  readonly signal: AbortSignal
}

/** What made a cloud ask to slow down. */
export interface PauseCause {
  readonly service: Service
  /** 429, 413, 498 or 503. */
  readonly status: number
}

/** Lets calls to one cloud start: so many at a time, so many each second, none during a pause. */
export interface Limiter {
  /** Waits for the turn; answers the function that gives the place back. @throws PauseTooLong, or the signal's reason */
  acquire(entry: Entry): Promise<() => void>
  /** Holds every call back, in milliseconds; a shorter pause than the present one changes nothing. */
  pause(ms: number, cause: PauseCause): void
}
