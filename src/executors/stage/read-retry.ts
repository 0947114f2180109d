import { setTimeout as sleep } from "node:timers/promises"
import { CloudError } from "../../openstack/index.ts"
import { StageYield } from "../queue/interruption.ts"

/** Pauses between retries, in milliseconds. */
const pausesMs = [500, 2_000, 4_000] as const

/** Reads that took longer are not retried, in milliseconds: the client has waited for the cloud already. */
const maxRetriedMs = 20_000

/**
 * Retries reads of a whole project where a single call failed for a passing reason, e.g. a token that was revoked twice.
 * A failed read costs more than the retry: the copy would be without its live-only attributes.
 * @param stopped ends the retries
 * @throws the error of the last read; StageYield where the cloud requested a longer pause than a call waits for
 */
export async function withReadRetry<T>(read: () => Promise<T>, stopped?: AbortSignal): Promise<T> {
  const began = performance.now()
  for (let tries = 0; ; tries += 1) {
    try {
      return await read()
    } catch (error) {
      requeueOnRateLimit(error)
      const pauseMs = pausesMs[tries]
      const mayPass = error instanceof CloudError && error.retry === "later"
      const isLate = stopped?.aborted || performance.now() - began > maxRetriedMs
      if (!mayPass || pauseMs === undefined || isLate) throw error
      await sleep(pauseMs, undefined, stopped && { signal: stopped }).catch(() => undefined)
    }
  }
}

/** Puts a stage back into the queue where a cloud requested a pause. @throws StageYield in that case */
export function requeueOnRateLimit(error: unknown): void {
  const pauseMs = error instanceof CloudError ? error.failure.pauseMs : undefined
  if (pauseMs) throw new StageYield("the cloud requested a pause", pauseMs)
}
