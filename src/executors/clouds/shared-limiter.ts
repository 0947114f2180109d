import type { AcquireOptions, Limiter } from "../../openstack/index.ts"
import { FairQueue } from "../../openstack/limiter/fair-queue.ts"
import { describePause } from "../../openstack/limiter/limiter.ts"

/** What a process says to the lane of a cloud. */
export interface SlotRequest {
  /** Its calls under way, and those that it was granted and has not started. */
  readonly running: number
  /** How many more it would start. */
  readonly wanted: number
  /** A pause that the cloud asked it for, in milliseconds; 0: none. */
  readonly pauseMs: number
}

/** What the lane answers. Times are in milliseconds from now. */
export interface SlotGrant {
  readonly pausedMs: number
  /** When so many further calls may start. */
  readonly startsMs: readonly number[]
  /** No other process has calls there: a place becomes free only when one of ours ends. */
  readonly alone: boolean
  /** This process was taken for dead: it may start nothing. */
  readonly fenced: boolean
}

/** Calls that end are told with the next question, or after this time. */
const tellMs = 10
/** A start that was granted for later is asked about again where the last answer is older: a pause may have come. */
const freshMs = 25
/** A start that was missed by so much, e.g. because the process was stopped, is no longer good. */
const missedMs = 500
/** Where others hold all places, the next question comes after the first time; it doubles up to the second. */
const pollMs = [20, 80] as const
/** Where all places are our own, or the database cannot be asked. */
const againMs = 500
/** In a pause it is asked so often whether it still lasts, if somebody waits: a person may have ended it. */
const pauseLookMs = 5_000
/** Calls asked for in one question. */
const mostWanted = 16

/**
 * This process's share of one cloud's lane. It asks one question at a time: how many calls it has under way, and how
 * many more may start. What comes meanwhile goes with the next one, so the busier the lane, the fewer the questions for
 * each call. No connection to the database is held while calls wait. Without an answer nothing starts.
 */
export class SharedLimiter implements Limiter {
  readonly #ask: (told: SlotRequest) => Promise<SlotGrant>
  readonly #turns = new FairQueue()
  /** When the granted calls may start, in order. */
  #due: number[] = []
  #running = 0
  #told = 0
  #tellAt: number | undefined
  #pausedUntil = 0
  #pauseToTell = 0
  /** When it was last heard how long the pause lasts. */
  #pauseHeard = 0
  #freshUntil = 0
  #askAfter = 0
  #polls = 0
  #silentSince: number | undefined
  #asking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(ask: (told: SlotRequest) => Promise<SlotGrant>) {
    this.#ask = ask
  }

  acquire(entry: AcquireOptions): Promise<() => void> {
    if (this.#closed) return Promise.reject(new Error("the connection to the cloud was closed"))
    const turn = this.#turns.wait(entry, () => this.#place())
    this.#next()
    return turn
  }

  pause(ms: number): void {
    const until = performance.now() + ms
    this.#pausedUntil = Math.max(this.#pausedUntil, until)
    this.#pauseToTell = Math.max(this.#pauseToTell, until)
    this.#pauseHeard = performance.now()
    this.#next()
  }

  /** Says that nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#turns.refuseOnPause(Number.POSITIVE_INFINITY, () => "the connection to the cloud was closed")
    await this.#asking
    if (this.#told > 0) await this.#ask({ running: 0, wanted: 0, pauseMs: 0 }).catch(() => undefined)
  }

  #place(): () => void {
    this.#running += 1
    let left = false
    return () => {
      if (left) return
      left = true
      this.#running -= 1
      if (this.#polls > 0) this.#askAfter = 0
      this.#next()
    }
  }

  #next(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    const now = performance.now()
    if (now < this.#pauseHeard + pauseLookMs)
      this.#turns.refuseOnPause(this.#pausedUntil - now, describePause)
    if (this.#silentSince !== undefined) this.#turns.refuseOnPause(now - this.#silentSince, silenceText)
    this.#start(now)
    if (this.#asking !== undefined) return
    const askAt = this.#askAt(now)
    if (askAt <= now) this.#asking = this.#question().finally(() => this.#answered())
    else if (askAt < Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => this.#next(), Math.ceil(askAt - now))
  }

  #start(now: number): void {
    if (this.#pausedUntil > now) this.#due = []
    this.#due = this.#due.filter((at) => now - at < missedMs)
    while ((this.#due[0] ?? now + 1) <= now && now <= this.#freshUntil) {
      this.#due.shift()
      this.#turns.grantNext()
    }
    if (this.#turns.size === 0) this.#due = []
  }

  /** When the next question is due. */
  #askAt(now: number): number {
    const [due] = this.#due
    if (this.#told === this.#running + this.#due.length) this.#tellAt = undefined
    else this.#tellAt ??= now + tellMs
    const times = [
      this.#pauseToTell > now ? now : undefined,
      due ??
        (this.#turns.size > 0
          ? Math.max(now, Math.min(this.#pausedUntil, this.#pauseHeard + pauseLookMs))
          : undefined),
      this.#tellAt,
    ]
    return Math.max(Math.min(...times.map((at) => at ?? Number.POSITIVE_INFINITY)), this.#askAfter)
  }

  async #question(): Promise<void> {
    const now = performance.now()
    const running = this.#running + this.#due.length
    const wanted = this.#pausedUntil > now ? 0 : Math.min(this.#turns.size - this.#due.length, mostWanted)
    const pauseToTell = this.#pauseToTell
    const pauseMs = Math.max(0, pauseToTell - now)
    try {
      const turn = await this.#ask({ running, wanted: Math.max(0, wanted), pauseMs })
      const then = performance.now()
      this.#told = running + turn.startsMs.length
      this.#tellAt = undefined
      this.#due.push(...turn.startsMs.map((ms) => then + Math.max(0, ms)))
      // What this process was told meanwhile, the lane does not know yet.
      const told = this.#pauseToTell === pauseToTell
      if (told) this.#pauseToTell = 0
      this.#pausedUntil = Math.max(told ? 0 : this.#pausedUntil, then + turn.pausedMs)
      this.#pauseHeard = then
      this.#freshUntil = then + freshMs
      this.#silentSince = turn.fenced ? (this.#silentSince ?? now) : undefined
      const refused = wanted > 0 && turn.startsMs.length === 0 && turn.pausedMs === 0
      this.#polls = refused ? this.#polls + 1 : 0
      const poll = turn.alone ? againMs : Math.min(pollMs[0] * 2 ** (this.#polls - 1), pollMs[1])
      this.#askAfter = turn.fenced ? then + againMs : refused ? then + poll : 0
      if (turn.fenced) this.#due = []
    } catch {
      const then = performance.now()
      this.#silentSince ??= now
      this.#askAfter = then + againMs
      // A place that could not be given back is free again after the call's time limit.
      if (this.#turns.size === 0) this.#told = this.#running + this.#due.length
    }
  }

  #answered(): void {
    this.#asking = undefined
    this.#next()
  }
}

function silenceText(seconds: number): string {
  return `for ${seconds} s the database gave no release to call: it is away, or takes this process for dead`
}
