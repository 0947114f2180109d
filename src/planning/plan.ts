import type { CidrMapping } from "./cidr-mapping.ts"
import type { KindName } from "./kind-names.ts"
import type { VolumeTypeMapping } from "./limits.ts"
import type { SourceTenant } from "./source.ts"

/** A reference in a desired body: replaced by the id that another object of the plan gets in the destination cloud. */
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
  /** Human-readable. */
  readonly name: string
  /** Id of the copied object in the source cloud; "" if nothing is copied. */
  readonly sourceId: string
  /** The desired attributes, with `Ref`s to other objects. */
  readonly body: Body
  /** Absent: every attribute is kept. */
  readonly notes?: Notes
}

/** What the copy does not keep of an object, attribute by attribute. */
export interface Notes {
  /** Attributes that have another value in the destination, with their value at the source. */
  readonly mapped: Readonly<Record<string, unknown>>
  readonly dropped: readonly DroppedAttribute[]
}

export interface DroppedAttribute {
  readonly attribute: string
  /** Its value at the source; null if it could not be read. */
  readonly value: unknown
  readonly reason: string
}

/** An object of the source that is not copied, and why. */
export interface Omission {
  readonly kind: KindName
  readonly key: string
  readonly name: string
  readonly reason: string
}

export type StaticRouteRule = "documented" | "reachable"

/** Everything on which the plan of a kind may depend. */
export interface PlanContext {
  readonly source: SourceTenant
  /** Name and description of the destination tenant. */
  readonly name: string
  readonly description: string
  readonly mappings: readonly CidrMapping[]
  readonly staticRoutes: StaticRouteRule
  /** External network of the destination; null: routers get no gateway. */
  readonly externalNetworkId: string | null
  readonly withPorts: boolean
  /** Aliases of the destination's Neutron extensions; undefined: not read yet, all are assumed to exist. */
  readonly extensions?: ReadonlySet<string>
  /** Whether source and destination are the same cloud, so that ids of other projects are valid in both. */
  readonly sameCloud: boolean
  readonly volumeTypes: readonly VolumeTypeMapping[]
  /** Quotas of the destination tenant, by Waldur's names. */
  readonly quotas: Readonly<Record<string, number>>
  /** Generated values of the destination, set before the plan is built. */
  readonly destination: {
    readonly username: string
    /**
     * Tag by which this migration finds its project, also after a lost response and among projects of the same name.
     */
    readonly marker: string
  }
}

/** The plan of one kind: desired objects, and omitted ones. */
export interface KindPlan<Body> {
  readonly objects: readonly Planned<Body>[]
  readonly omitted: readonly Omission[]
}
