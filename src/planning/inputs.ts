import type { LimitsPlan, VolumeTypeMapping } from "./limits.ts"
import type { StaticRouteRule } from "./plan.ts"

/** What the destination gets that is made up and not copied. */
export interface DestinationIdentity {
  readonly username: string
  /** Marks the project as this migration's own. */
  readonly marker: string
}

/** All that a plan depends on beside its source, as plain data: it is kept, so that the same can be planned again. */
export interface PlanInputs {
  /** Id of the source tenant's row. */
  readonly srcTenantId: number
  /** Ids of the rows of the chosen networks; null: all. */
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
