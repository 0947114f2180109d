import type { LimitsPlan, VolumeTypeMapping } from "./limits.ts"
import type { StaticRouteRule } from "./plan.ts"

/** Generated values of the destination: they are not copied. */
export interface DestinationIdentity {
  readonly username: string
  /** Tag by which this migration finds its project. */
  readonly marker: string
}

/** Everything besides the source on which a plan depends. It is stored, so that the same plan can be built again. */
export interface PlanInputs {
  /** Id of the row of the source tenant. */
  readonly srcTenantId: number
  /** Ids of the rows of the chosen networks; null: all networks. */
  readonly networkIds: readonly number[] | null
  readonly name: string
  readonly description: string
  readonly cidrs: readonly { readonly src_cidr: string; readonly dst_cidr: string }[]
  readonly staticRoutes: StaticRouteRule
  readonly externalNetworkId: string | null
  readonly withPorts: boolean
  readonly sameCloud: boolean
  readonly volumeTypes: readonly VolumeTypeMapping[]
  readonly quotas: Readonly<Record<string, number>>
  readonly omittedLimits: LimitsPlan["omitted"]
  readonly destination: DestinationIdentity
}
