import fc from "fast-check"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { specOf } from "../helpers/spec-of.ts"
import { mappedTenants } from "../planning/arbitrary-mapping.ts"

/** A tenant, and what is asked for with it. */
export interface Wish {
  readonly spec: TenantSpec
  readonly mappings: object
}

/** Random tenants with mappings that suit them; the seed repeats them. */
export function randomWishes(seed: number, count: number): readonly Wish[] {
  return fc.sample(mappedTenants(), { seed, numRuns: count }).map(({ source, subnets }) => ({
    spec: specOf(source),
    mappings: {
      subnets,
      ...everything,
      skip_connection_extnet: source.routers.every((router) => router.hasGateway !== true),
    },
  }))
}

/** All that a request can ask to be copied. */
export const everything = { sync_instance_ports: true, static_routes: "reachable" } as const
