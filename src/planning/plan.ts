import type { CidrMapping } from "./cidr-mapping.ts"
import type { KindName } from "./kind-names.ts"
import type { VolumeTypeMapping } from "./limits.ts"
import type { SourceTenant } from "./source.ts"

/** Stands in a desired body for the id that another object of the plan gets in the destination cloud. */
export interface Ref {
  readonly ref: `${KindName}/${string}`
}

export function ref(kind: KindName, key: string): Ref {
  return { ref: `${kind}/${key}` }
}

/** One object that shall exist in the destination. */
export interface Planned<Body> {
  /** Unique among the plan's objects of its kind, and the same each time the same source is planned. */
  readonly key: string
  /** For people. */
  readonly name: string
  /** Id of what it copies in the source cloud; "" where it copies nothing. */
  readonly sourceId: string
  /** What the destination shall hold, with `Ref`s to other objects. */
  readonly body: Body
  /** Absent: every attribute is kept. */
  readonly notes?: Notes
}

/** What became of an object's attributes on the way, beyond those that were kept as they are. */
export interface Notes {
  /** Attributes that get another value in the destination, with their value at the source. */
  readonly mapped: Readonly<Record<string, unknown>>
  readonly dropped: readonly DroppedAttribute[]
}

export interface DroppedAttribute {
  readonly attribute: string
  /** Its value at the source; null where it could not be read. */
  readonly value: unknown
  readonly reason: string
}

/** Something of the source that will not be in the destination, and why. */
export interface Omission {
  readonly kind: KindName
  readonly key: string
  readonly name: string
  readonly reason: string
}

export type StaticRouteRule = "documented" | "reachable"

/** Everything that a kind may look at when it plans. */
export interface PlanContext {
  readonly source: SourceTenant
  /** Name and description that the destination tenant gets. */
  readonly name: string
  readonly description: string
  readonly mappings: readonly CidrMapping[]
  readonly staticRoutes: StaticRouteRule
  /** External network of the destination; null: routers stay without a gateway. */
  readonly externalNetworkId: string | null
  readonly withPorts: boolean
  /** Aliases of the destination's Neutron extensions; undefined: not asked yet, and all are taken to be there. */
  readonly extensions?: ReadonlySet<string>
  /** Whether source and destination are one cloud, so that ids of other projects mean the same. */
  readonly sameCloud: boolean
  readonly volumeTypes: readonly VolumeTypeMapping[]
  /** Quotas of the destination tenant, by Waldur's names. */
  readonly quotas: Readonly<Record<string, number>>
  /** Ids in the destination cloud and names that are set before the plan is made. */
  readonly destination: {
    readonly username: string
    /** Marks the project as this migration's own, so that a lost answer can be told from a namesake. */
    readonly marker: string
  }
}

/** What a kind wants: objects, and what it leaves out. */
export interface KindPlan<Body> {
  readonly objects: readonly Planned<Body>[]
  readonly omitted: readonly Omission[]
}
