import { FairQueue } from "./fair-queue.ts"
import type { Entry, Limiter } from "./limiter.ts"

/** The pace of one process, for a client that shares its cloud with no other. */
export class Pace implements Limiter {
  readonly #inFlightMost: number
  /** Starts within one window of time; together they give the rate, also where it is below 1. */
  readonly #startsMost: number
  readonly #windowMs: number
  readonly #starts: number[] = []
  readonly #turns = new FairQueue()
  #inFlight = 0
  #pausedUntil = 0
  #timer: NodeJS.Timeout | undefined

  constructor(inFlight: number, requestsPerSecond: number) {
    this.#inFlightMost = Math.max(1, Math.floor(inFlight))
    this.#startsMost = Math.max(1, Math.floor(requestsPerSecond))
    this.#windowMs = (1_000 * this.#startsMost) / requestsPerSecond
  }

  acquire(entry: Entry): Promise<() => void> {
    const turn = this.#turns.wait(entry, () => this.#place())
    this.#next()
    return turn
  }

  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms)
    this.#next()
  }

  #place(): () => void {
    this.#inFlight += 1
    this.#starts.push(performance.now())
    if (this.#starts.length > this.#startsMost) this.#starts.shift()
    let left = false
    return () => {
      if (left) return
      left = true
      this.#inFlight -= 1
      this.#next()
    }
  }

  #next(): void {
    clearTimeout(this.#timer)
    this.#turns.refuseImpatient(this.#pausedUntil - performance.now(), pauseText)
    while (this.#inFlight < this.#inFlightMost && this.#turns.size > 0) {
      const waitMs = this.#waitMs()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#next(), Math.ceil(waitMs))
        return
      }
      this.#turns.next()
    }
  }

  #waitMs(): number {
    const now = performance.now()
    const oldest = this.#starts.length < this.#startsMost ? undefined : this.#starts[0]
    const free = oldest === undefined ? now : oldest + this.#windowMs
    return Math.max(free, this.#pausedUntil) - now
  }
}

/** Why a call may not start, for its error. */
export function pauseText(seconds: number): string {
  return `the cloud asked for a pause, which lasts ${seconds} s more`
}
