import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import type { Timing } from "../../src/openstack/http/timing.ts"

/** Nobody else uses the simulated clouds. CHAOS_PACE is in calls a second. */
export const quick = (_: unknown, usual: CloudConnection): CloudConnection => ({
  ...usual,
  requestsPerSecond: Number(process.env.CHAOS_PACE ?? 2_000),
  inFlight: 16,
})

/** The waits of the client, shorter; how long it is patient stays as it is. */
export const hasty: Partial<Timing> = {
  failureBackoff: { firstMs: 20, maxMs: 500 },
  rateLimitBackoff: { firstMs: 50, maxMs: 1_000 },
}
