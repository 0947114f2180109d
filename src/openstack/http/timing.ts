const SECOND = 1_000
const MINUTE = 60 * SECOND

/** Waits grow from `firstMs` to `mostMs`, doubled at each try, with full jitter. */
export interface Backoff {
  readonly firstMs: number
  readonly mostMs: number
}

/** How patient the client is. Tests pass shorter times. */
export interface Timing {
  /** One call with all its retries, from its first try, as long as the cloud fails. */
  readonly faultBudgetMs: number
  /** The same as long as the cloud asks to slow down; longer than the one-minute windows that clouds count in. */
  readonly slowDownBudgetMs: number
  readonly faultBackoff: Backoff
  /** Used where the cloud does not say how long to wait. */
  readonly slowDownBackoff: Backoff
  /** A token is renewed this long before it ends, or after this share of its life, whichever is later. */
  readonly renewBeforeMs: number
  readonly renewAfterShare: number
  readonly connectMs: number
  /** An idle socket is closed after this time, before servers do (2 to 75 s): less to send again. */
  readonly idleSocketMs: number
}

export const defaultTiming = {
  faultBudgetMs: MINUTE,
  slowDownBudgetMs: 2 * MINUTE,
  faultBackoff: { firstMs: 0.25 * SECOND, mostMs: 10 * SECOND },
  slowDownBackoff: { firstMs: SECOND, mostMs: MINUTE },
  renewBeforeMs: 5 * MINUTE,
  renewAfterShare: 0.9,
  connectMs: 10 * SECOND,
  idleSocketMs: SECOND,
} satisfies Timing

export const defaultLimits = {
  timeoutMs: MINUTE, // one call with its body
  inFlight: 8, // calls under way to one cloud
  requestsPerSecond: 10, // half of what public clouds allow a project
} as const

/** The wait after try number `tries` (from 1). */
export function backoffMs({ firstMs, mostMs }: Backoff, tries: number): number {
  return Math.random() * Math.min(mostMs, firstMs * 2 ** tries)
}
