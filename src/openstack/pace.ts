/** A call may not start, because the cloud asked for a longer pause than the call may wait. */
export class PauseTooLong extends Error {
  override readonly name = "PauseTooLong"
}

export interface Entry {
  /** Longest pause that is waited for; the turn in the queue may take longer. */
  readonly patienceMs: number
  /** Goes before the calls that have not begun: a sign-in that they all wait for, or a call's next try. */
  readonly urgent: boolean
  readonly signal: AbortSignal
}

interface Waiting extends Entry {
  readonly start: () => void
  readonly refuse: (reason: unknown) => void
}

/** Lets calls to one cloud start in order: so many at a time, so many each second, none during a pause. */
export class Pace {
  readonly #inFlightMost: number
  /** Starts within one window of time; together they give the rate, also where it is below 1. */
  readonly #startsMost: number
  readonly #windowMs: number
  readonly #starts: number[] = []
  #inFlight = 0
  #pausedUntil = 0
  #urgent: Waiting[] = []
  #queue: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(inFlight: number, requestsPerSecond: number) {
    this.#inFlightMost = Math.max(1, Math.floor(inFlight))
    this.#startsMost = Math.max(1, Math.floor(requestsPerSecond))
    this.#windowMs = (1_000 * this.#startsMost) / requestsPerSecond
  }

  /** Waits for the turn; answers the function that gives the place back. */
  enter(entry: Entry): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>()
    if (entry.signal.aborted) reject(entry.signal.reason)
    else {
      const drop = () => {
        this.#remove(waiting)
        reject(entry.signal.reason)
      }
      const waiting: Waiting = {
        ...entry,
        start: () => {
          entry.signal.removeEventListener("abort", drop)
          resolve(this.#place())
        },
        refuse: (reason) => {
          entry.signal.removeEventListener("abort", drop)
          reject(reason)
        },
      }
      entry.signal.addEventListener("abort", drop, { once: true })
      ;(entry.urgent ? this.#urgent : this.#queue).push(waiting)
      this.#next()
    }
    return promise
  }

  /** Holds every call back; a shorter pause than the present one changes nothing. */
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
    this.#refuseImpatient()
    while (this.#inFlight < this.#inFlightMost) {
      const waiting = this.#urgent[0] ?? this.#queue[0]
      if (waiting === undefined) return
      const waitMs = this.#waitMs()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#next(), Math.ceil(waitMs))
        return
      }
      this.#remove(waiting)
      waiting.start()
    }
  }

  #waitMs(): number {
    const now = performance.now()
    const oldest = this.#starts.length < this.#startsMost ? undefined : this.#starts[0]
    const free = oldest === undefined ? now : oldest + this.#windowMs
    return Math.max(free, this.#pausedUntil) - now
  }

  #refuseImpatient(): void {
    const pauseMs = this.#pausedUntil - performance.now()
    if (pauseMs <= 0) return
    for (const waiting of [...this.#urgent, ...this.#queue]) {
      if (waiting.patienceMs >= pauseMs) continue
      this.#remove(waiting)
      waiting.refuse(
        new PauseTooLong(`the cloud asked for a pause, which lasts ${Math.ceil(pauseMs / 1_000)} s more`),
      )
    }
  }

  #remove(waiting: Waiting): void {
    this.#urgent = this.#urgent.filter((other) => other !== waiting)
    this.#queue = this.#queue.filter((other) => other !== waiting)
  }
}
