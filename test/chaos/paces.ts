import type { Timing } from "../../src/openstack/http/timing.ts"
import type { CloudConnection } from "../../src/openstack/types.ts"

/** Nobody else uses the simulated clouds. CHAOS_PACE is in calls a second. */
export const quick = (_: unknown, usual: CloudConnection): CloudConnection => ({
  ...usual,
  requestsPerSecond: Number(process.env.CHAOS_PACE ?? 2_000),
  inFlight: 16,
})

/** The waits of the client, shorter; how long it is patient stays as it is. */
export const hasty: Partial<Timing> = {
  faultBackoff: { firstMs: 20, mostMs: 500 },
  slowDownBackoff: { firstMs: 50, mostMs: 1_000 },
}
