import fc from "fast-check"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { specOf } from "../helpers/spec-of.ts"
import { mappedTenants } from "../planning/arbitrary-mapping.ts"

/** A tenant and the mappings of the request to copy it. */
export interface CopyRequest {
  readonly spec: TenantSpec
  readonly mappings: object
}

/** Returns random tenants with mappings that fit them; the same seed gives the same ones. */
export function randomRequests(seed: number, count: number): readonly CopyRequest[] {
  return fc.sample(mappedTenants(), { seed, numRuns: count }).map(({ source, subnets }) => ({
    spec: specOf(source),
    mappings: {
      subnets,
      ...copyAll,
      skip_connection_extnet: source.routers.every((router) => router.hasGateway !== true),
    },
  }))
}

/** Mappings with which everything is copied. */
export const copyAll = { sync_instance_ports: true, static_routes: "reachable" } as const
