import type { AcquireOptions, Limiter } from "../../openstack/index.ts"
import { FairQueue } from "../../openstack/limiter/fair-queue.ts"
import { describePause } from "../../openstack/limiter/limiter.ts"

/** What a process reports to the limiter of a cloud in the database, and what it requests. */
export interface SlotRequest {
  /** Calls in flight, and scheduled calls: those that have a time for their start. */
  readonly inFlight: number
  /** Further slots that are requested. */
  readonly wanted: number
  /** A pause that the cloud requested of this process, in milliseconds; 0: none. */
  readonly pauseMs: number
}

/** What the database grants. Times are in milliseconds from now. */
export interface SlotGrant {
  /** How long the cloud's pause lasts; 0: there is none. */
  readonly pausedMs: number
  /** When each call that is scheduled by this may start. */
  readonly startsMs: readonly number[]
  /**
   * No other process uses or requests slots: a slot becomes free only when a call of this process ends. Only meaningful where
   * slots were requested.
   */
  readonly alone: boolean
  /** This process was fenced: it may start nothing. */
  readonly fenced: boolean
}

/** Calls that ended are reported with the next request, or after this time. */
const reportMs = 10
/**
 * A start is used only if the last grant is at most this old when it is due; otherwise it is requested again, because a pause
 * may have begun.
 */
const freshMs = 25
/** A start that was missed by more than this, e.g. because the process was stopped, is void. */
const missedMs = 500
/** While other processes have all slots: the first and the longest delay between requests; it doubles each time. */
const repeatMs = [20, 80] as const
/** The same while all slots are this process's own, while it is fenced, and while the database is unreachable. */
const slowRepeatMs = 500
/** During a pause with waiting calls, the end of the pause is read at this interval: a person may end it. */
const pauseCheckMs = 5_000
/** Slots in one request, at most. */
const maxWanted = 16

const closedText = "the connection to the cloud was closed"

/**
 * This process's share of the rate limit of one cloud. The states of a slot are those of `openstack/limiter/limiter.ts`:
 * `requested` and `scheduled` are substates of *waiting*, and `in flight` is *granted* there. The database schedules: its grant
 * has a time for the start of each call.
 *
 *   waiting ──request──▶ requested ──grant──▶ scheduled ──start──▶ in flight ──▶ released
 *      ▲                     │                    │
 *      │      no free slot   │  pause, fenced,    │
 *      └─────────────────────┴─ or missed start ──┘
 *
 * One request is sent at a time. What happens meanwhile goes into the next, so a busier limiter sends fewer requests
 * for each call. No database connection is held while calls wait. Without a grant nothing starts: where the database is
 * unreachable, or this process was fenced, calls wait as long as for a pause, and are then refused.
 */
export class SharedLimiter implements Limiter {
  readonly #sendRequest: (request: SlotRequest) => Promise<SlotGrant>
  readonly #waiting = new FairQueue()
  /** When the scheduled calls may start, in order. */
  #starts: number[] = []
  #inFlight = 0
  /** Calls in flight and scheduled calls, as the database has them. */
  #reported = 0
  /** When a changed number has to be reported. */
  #reportAt: number | undefined
  #pausedUntil = 0
  /** The end of a pause that was not reported to the database yet. */
  #unreportedPause = 0
  /** When the end of the pause was last confirmed. */
  #pauseConfirmed = 0
  #freshUntil = 0
  /** No request goes out before. */
  #requestAfter = 0
  /** Requests in a row that were granted nothing. */
  #emptyGrants = 0
  /** Since when nothing can be granted: the database is unreachable, or this process was fenced. */
  #blockedSince: number | undefined
  #request: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(sendRequest: (request: SlotRequest) => Promise<SlotGrant>) {
    this.#sendRequest = sendRequest
  }

  acquire(options: AcquireOptions): Promise<() => void> {
    if (this.#closed) return Promise.reject(new Error(closedText))
    const slot = this.#waiting.wait(options, () => this.#startCall())
    this.#advance()
    return slot
  }

  pause(ms: number): void {
    const until = performance.now() + ms
    this.#pausedUntil = Math.max(this.#pausedUntil, until)
    this.#unreportedPause = Math.max(this.#unreportedPause, until)
    this.#pauseConfirmed = performance.now()
    this.#advance()
  }

  /** Refuses what waits, and reports that nothing is in flight any more. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#waiting.refuseOnPause(Number.POSITIVE_INFINITY, () => closedText)
    await this.#request
    if (this.#reported > 0)
      await this.#sendRequest({ inFlight: 0, wanted: 0, pauseMs: 0 }).catch(() => undefined)
  }

  /** Counts a call as started; returns its release. */
  #startCall(): () => void {
    this.#inFlight += 1
    let released = false
    return () => {
      if (released) return
      released = true
      this.#inFlight -= 1
      if (this.#emptyGrants > 0) this.#requestAfter = 0
      this.#advance()
    }
  }

  /** Refuses, starts and requests whatever is due now, and sets a timer for what is due next. */
  #advance(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    const now = performance.now()
    this.#refuse(now)
    this.#startDue(now)
    if (this.#request !== undefined) return
    const requestAt = this.#requestAt(now)
    if (requestAt <= now) {
      this.#request = this.#exchange().finally(() => {
        this.#request = undefined
        this.#advance()
      })
    } else if (requestAt < Number.POSITIVE_INFINITY)
      this.#timer = setTimeout(() => this.#advance(), Math.ceil(requestAt - now))
  }

  /** Refuses the calls that may not wait for the pause, or for the database. */
  #refuse(now: number): void {
    if (now < this.#pauseConfirmed + pauseCheckMs)
      this.#waiting.refuseOnPause(this.#pausedUntil - now, describePause)
    if (this.#blockedSince !== undefined)
      this.#waiting.refuseOnPause(now - this.#blockedSince, describeBlockade)
  }

  #startDue(now: number): void {
    if (this.#pausedUntil > now) this.#starts = []
    this.#starts = this.#starts.filter((at) => now - at < missedMs)
    while ((this.#starts[0] ?? now + 1) <= now && now <= this.#freshUntil) {
      this.#starts.shift()
      this.#waiting.grantNext()
    }
    if (this.#waiting.size === 0) this.#starts = []
  }

  /** When the next request is due: for a pause, for calls that wait, or for calls that ended. */
  #requestAt(now: number): number {
    const never = Number.POSITIVE_INFINITY
    if (this.#reported === this.#used) this.#reportAt = undefined
    else this.#reportAt ??= now + reportMs
    const pauseAt = this.#unreportedPause > now ? now : never
    const afterPause = Math.max(now, Math.min(this.#pausedUntil, this.#pauseConfirmed + pauseCheckMs))
    const slotsAt = this.#starts[0] ?? (this.#waiting.size > 0 ? afterPause : never)
    return Math.max(Math.min(pauseAt, slotsAt, this.#reportAt ?? never), this.#requestAfter)
  }

  /** Calls in flight and scheduled calls. */
  get #used(): number {
    return this.#inFlight + this.#starts.length
  }

  /** Sends one request and takes in its grant. */
  async #exchange(): Promise<void> {
    const sentAt = performance.now()
    const unreportedPause = this.#unreportedPause
    const unscheduled = Math.max(0, this.#waiting.size - this.#starts.length)
    const request: SlotRequest = {
      inFlight: this.#used,
      wanted: this.#pausedUntil > sentAt ? 0 : Math.min(unscheduled, maxWanted),
      pauseMs: Math.max(0, unreportedPause - sentAt),
    }
    try {
      const grant = await this.#sendRequest(request)
      const now = performance.now()
      this.#reported = request.inFlight + grant.startsMs.length
      this.#reportAt = undefined
      this.#starts.push(...grant.startsMs.map((ms) => now + Math.max(0, ms)))
      this.#confirmPause(now, grant, unreportedPause)
      this.#scheduleAfter(now, grant, request)
      this.#blockedSince = grant.fenced ? (this.#blockedSince ?? sentAt) : undefined
      if (grant.fenced) this.#starts = []
    } catch {
      this.#blockedSince ??= sentAt
      this.#requestAfter = performance.now() + slowRepeatMs
      // A slot whose release could not be reported is free again after the call's time limit.
      if (this.#waiting.size === 0) this.#reported = this.#used
    }
  }

  /** Takes in how long the pause lasts, unless a longer one was requested since the request was sent. */
  #confirmPause(now: number, { pausedMs }: SlotGrant, reportedPause: number): void {
    const isReported = this.#unreportedPause === reportedPause
    if (isReported) this.#unreportedPause = 0
    this.#pausedUntil = Math.max(isReported ? 0 : this.#pausedUntil, now + pausedMs)
    this.#pauseConfirmed = now
    this.#freshUntil = now + freshMs
  }

  /** Delays the next request where this one was granted nothing. */
  #scheduleAfter(
    now: number,
    { startsMs, pausedMs, alone, fenced }: SlotGrant,
    { wanted }: SlotRequest,
  ): void {
    const isEmpty = wanted > 0 && startsMs.length === 0 && pausedMs === 0
    this.#emptyGrants = isEmpty ? this.#emptyGrants + 1 : 0
    const [firstMs, lastMs] = repeatMs
    const delayMs = alone ? slowRepeatMs : Math.min(firstMs * 2 ** (this.#emptyGrants - 1), lastMs)
    this.#requestAfter = fenced ? now + slowRepeatMs : isEmpty ? now + delayMs : 0
  }
}

/** Returns the message of a call that was refused because nothing could be granted. */
function describeBlockade(seconds: number): string {
  return `no rate-limit slot granted for ${seconds} s: the database is unreachable or this worker has been fenced`
}
