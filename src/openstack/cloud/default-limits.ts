import type { CloudConnection } from "./types.ts"

/** Limits of a connection that sets none. */
export const defaultLimits = {
  timeoutMs: 60_000, // one call with its body
  inFlight: 8, // calls at a time to one cloud
  requestsPerSecond: 10, // half of what public clouds allow a project
} as const satisfies Pick<CloudConnection, "timeoutMs" | "inFlight" | "requestsPerSecond">
