import { setTimeout as sleep } from "node:timers/promises"
import { CloudError } from "../../openstack/index.ts"
import { StageYield } from "../queue/interruption.ts"

/** Pauses before a reading is begun anew, in milliseconds. */
const pausesMs = [500, 2_000, 4_000] as const

/**
 * A reading that took longer has met a cloud that the client has waited for already, and is not begun anew, in
 * milliseconds.
 */
const longMs = 20_000

/**
 * Reads again what one call of many could not read for a passing reason, e.g. a token that was taken back twice: what
 * follows from a reading that failed, a copy without what only the live source tells, is worth some patience.
 * @param stopped ends the patience
 * @throws what the last reading threw; StageYield where the cloud asks for a longer pause than a call may wait
 */
export async function withReadRetry<T>(read: () => Promise<T>, stopped?: AbortSignal): Promise<T> {
  const began = performance.now()
  for (let tries = 0; ; tries += 1) {
    try {
      return await read()
    } catch (error) {
      requeueOnRateLimit(error)
      const pause = pausesMs[tries]
      const passing = error instanceof CloudError && error.retry === "later"
      const drain = pause === undefined || stopped?.aborted || performance.now() - began > longMs
      if (!passing || drain) throw error
      await sleep(pause, undefined, stopped && { signal: stopped }).catch(() => undefined)
    }
  }
}

/** A pause is no failure: what waits for it is left to a later job. @throws StageYield where the cloud asked for one */
export function requeueOnRateLimit(error: unknown): void {
  const pauseMs = error instanceof CloudError ? error.failure.pauseMs : undefined
  if (pauseMs) throw new StageYield("the cloud requested a pause", pauseMs)
}
