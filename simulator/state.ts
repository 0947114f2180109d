import type { FastifyRequest } from "fastify"
import { createCompute } from "./compute/state.ts"
import { createIdentity } from "./identity/state.ts"
import { createImages } from "./image/state.ts"
import { Ledger } from "./ledger.ts"
import { createNetwork } from "./network/state.ts"
import type { Missing, SimulatedCloudOptions } from "./options.ts"
import { createVolume } from "./volume/state.ts"

export function createState(options: SimulatedCloudOptions) {
  const ledger = new Ledger()
  return {
    ledger,
    region: options.region ?? "RegionOne",
    /** Base URL; set when the cloud listens. */
    base: "",
    missing: {} as Missing,
    identity: createIdentity(ledger, options.tokenTtlSeconds ?? 3600),
    network: createNetwork(ledger, options),
    compute: createCompute(),
    images: createImages(),
    /** Zones of servers and volumes. */
    zones: options.availabilityZones ?? ["nova"],
    volume: createVolume(options.volumeTypes ?? ["standard", "ssd", "archive"]),
  }
}

export type CloudState = ReturnType<typeof createState>

export const tokenOf = (request: FastifyRequest): string | string[] | undefined =>
  request.headers["x-auth-token"]
