import type { CidrMapping } from "../../planning/cidr-mapping.ts"
import type { VolumeTypeMapping } from "../../planning/limits.ts"
import type { StaticRouteRule } from "../../planning/plan.ts"

/** A validated request for a migration. Ids are those of host rows. */
export interface ValidRequest {
  readonly userId: number
  readonly srcResource: {
    readonly id: number
    readonly name: string
    readonly description: string
    readonly limits: Readonly<Record<string, number | null>>
  }
  readonly srcTenantId: number
  readonly srcSettingsId: number
  readonly projectId: number
  readonly customerId: number
  readonly dstOfferingId: number
  readonly dstPlanId: number
  readonly dstSettingsId: number
  readonly name: string
  readonly description: string
  /** The requested mappings as they are stored, and returned by the API. */
  readonly mappings: Readonly<Record<string, unknown>>
  /** Networks to copy; undefined: all. */
  readonly networkIds: readonly number[] | undefined
  readonly cidrs: readonly CidrMapping[]
  readonly volumeTypes: readonly VolumeTypeMapping[]
  /** Names of the volume types of the destination. */
  readonly dstVolumeTypes: readonly string[]
  readonly externalNetworkId: string | null
  readonly staticRoutes: StaticRouteRule
  readonly withPorts: boolean
}
