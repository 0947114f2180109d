import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import type { Timing } from "../../src/openstack/http/timing.ts"

/** The connection of all processes of a run, which alone use the simulated clouds. */
export const fastConnection = (_: unknown, defaults: CloudConnection): CloudConnection => ({
  ...defaults,
  requestsPerSecond: Number(process.env.CHAOS_REQUESTS_PER_SECOND ?? 2_000),
  inFlight: 16,
})

/** Shorter waits between retries; the total time of retries is unchanged. */
export const shortWaits: Partial<Timing> = {
  failureBackoff: { firstMs: 20, maxMs: 500 },
  rateLimitBackoff: { firstMs: 50, maxMs: 1_000 },
}
