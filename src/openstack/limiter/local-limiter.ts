import { FairQueue } from "./fair-queue.ts"
import { type AcquireOptions, describePause, type Limiter } from "./limiter.ts"

/** Rate limit of a client whose cloud no other process calls (states in limiter.ts). */
export class LocalLimiter implements Limiter {
  readonly #maxInFlight: number
  /** Starts allowed within one window; the two together give the rate, also one below 1 a second. */
  readonly #maxStarts: number
  readonly #windowMs: number
  readonly #recentStarts: number[] = []
  readonly #waiting = new FairQueue()
  #inFlight = 0
  #pausedUntil = 0
  #timer: NodeJS.Timeout | undefined

  constructor(inFlight: number, requestsPerSecond: number) {
    this.#maxInFlight = Math.max(1, Math.floor(inFlight))
    this.#maxStarts = Math.max(1, Math.floor(requestsPerSecond))
    this.#windowMs = (1_000 * this.#maxStarts) / requestsPerSecond
  }

  acquire(options: AcquireOptions): Promise<() => void> {
    const slot = this.#waiting.wait(options, () => this.#startCall())
    this.#grant()
    return slot
  }

  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms)
    this.#grant()
  }

  /** Counts a call as started; returns its release. */
  #startCall(): () => void {
    this.#inFlight += 1
    this.#recentStarts.push(performance.now())
    if (this.#recentStarts.length > this.#maxStarts) this.#recentStarts.shift()
    let released = false
    return () => {
      if (released) return
      released = true
      this.#inFlight -= 1
      this.#grant()
    }
  }

  /** Grants every slot that is free now, and sets a timer for the next one. */
  #grant(): void {
    clearTimeout(this.#timer)
    this.#waiting.refuseOnPause(this.#pausedUntil - performance.now(), describePause)
    while (this.#inFlight < this.#maxInFlight && this.#waiting.size > 0) {
      const delayMs = this.#delayMs()
      if (delayMs > 0) {
        this.#timer = setTimeout(() => this.#grant(), Math.ceil(delayMs))
        return
      }
      this.#waiting.grantNext()
    }
  }

  /** Time until the rate and a pause allow the next start. */
  #delayMs(): number {
    const now = performance.now()
    const oldest = this.#recentStarts.length < this.#maxStarts ? undefined : this.#recentStarts[0]
    const nextStart = oldest === undefined ? now : oldest + this.#windowMs
    return Math.max(nextStart, this.#pausedUntil) - now
  }
}
