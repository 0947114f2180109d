const SECOND = 1_000
const MINUTE = 60 * SECOND

/** Delays between tries: random, up to a bound that starts at `firstMs` and doubles with each try until `maxMs`. */
export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
}

/** How long the client repeats a call, and when it renews what it keeps. Tests set shorter times. */
export interface Timing {
  /** One call with all its retries, from the start of its first try, while the cloud fails. */
  readonly failureBudgetMs: number
  /** The same while the cloud rate limits; longer than the one-minute windows in which clouds count. */
  readonly rateLimitBudgetMs: number
  readonly failureBackoff: Backoff
  /** For responses that name no delay. */
  readonly rateLimitBackoff: Backoff
  /** A token is renewed this long before it expires, or after this share of its life, whichever is later. */
  readonly renewBeforeMs: number
  readonly renewAfterShare: number
  readonly connectMs: number
  /** An idle socket is closed after this time, before servers do (2 to 75 s), so that fewer calls need a retry. */
  readonly idleSocketMs: number
}

export const defaultTiming = {
  failureBudgetMs: MINUTE,
  rateLimitBudgetMs: 2 * MINUTE,
  failureBackoff: { firstMs: 0.25 * SECOND, maxMs: 10 * SECOND },
  rateLimitBackoff: { firstMs: SECOND, maxMs: MINUTE },
  renewBeforeMs: 5 * MINUTE,
  renewAfterShare: 0.9,
  connectMs: 10 * SECOND,
  idleSocketMs: SECOND,
} satisfies Timing

/** Returns the delay after try number `tries` (from 1). */
export function backoffMs({ firstMs, maxMs }: Backoff, tries: number): number {
  return Math.random() * Math.min(maxMs, firstMs * 2 ** tries)
}
