import type { Trx } from "../models/database.ts"
import type { Difference } from "../models/own-tables.ts"
import type { KindName, KindPlan, PlanContext, Ref } from "../planning/plan.ts"
import type { CloudContext } from "./cloud-context.ts"
import type { Cost } from "./cost.ts"

/** A body whose references have become ids of the destination cloud. */
export type Resolved<Body> = Body extends Ref
  ? string
  : Body extends readonly (infer Item)[]
    ? readonly Resolved<Item>[]
    : Body extends object
      ? { readonly [Name in keyof Body]: Resolved<Body[Name]> }
      : Body

/** A desired object whose references are known. */
export interface Desired<Body> {
  readonly key: string
  readonly name: string
  readonly body: Resolved<Body>
}

/** What the rows of a new tenant share, and the rows that were made before, by `kind/key`. */
export interface RowContext {
  readonly trx: Trx
  readonly now: Date
  readonly tenantId: number
  readonly projectId: number
  readonly settingsId: number
  rowId(of: Ref): number
}

/**
 * Everything about one kind of object. The order of work, apply, verify, the report and roll back are derived from
 * these functions, so that a new kind of object is one new file and one line in index.ts.
 *
 * `Body` is what is desired (with `Ref`s), `Actual` what the cloud shows.
 */
export interface Kind<Body, Actual> {
  readonly name: KindName
  /** Kinds that have to be finished before this one starts. */
  readonly after: readonly KindName[]
  /** true: its objects, and those of all that come after it, are planned anew when the live source was read. */
  readonly surveyed?: true

  /** Pure: what the destination shall hold. */
  plan(context: PlanContext): KindPlan<Body>

  /** Inserts the host's rows, in the transaction of the request. Answers their ids in the order of `planned`. */
  store?(context: RowContext, planned: readonly { readonly body: Body }[]): Promise<readonly number[]>
  /** Writes the host's rows anew, where the survey has changed what is desired and nothing was made yet. */
  restore?(
    context: RowContext,
    rows: readonly { readonly rowId: number; readonly body: Body; readonly before: Body }[],
  ): Promise<void>
  /** Removes the host's rows of objects that will not be made after all. */
  forget?(trx: Trx, rowIds: readonly number[]): Promise<void>

  /** true: a new project holds some of these already (quotas, the default group, the rules a group is born with). */
  readonly born?: true
  /** What is there now, all pages. Not asked while nothing can be there: see `born` and `Work.asked`. */
  list(context: CloudContext, desired: readonly Desired<Body>[]): Promise<readonly Actual[]>
  id(actual: Actual): string
  /** Is this the desired object? By what it is, never by its name alone. Without it: if nothing differs. */
  matches?(desired: Resolved<Body>, actual: Actual): boolean

  readonly chunk: Chunk<Body>
  /** Pure: calls to the destination that make planned objects. Without it: one for each chunk. */
  cost?(planned: readonly { readonly body: Body }[]): Cost
  /** Makes the objects of one chunk: all of them or, where the cloud refuses, none. Answers in the same order. */
  create(context: CloudContext, desired: readonly Desired<Body>[]): Promise<readonly Actual[]>
  /** Corrects one that was there before (a default group, a quota). Without it, differences are only reported. */
  update?(context: CloudContext, desired: Desired<Body>, actual: Actual): Promise<Actual>
  /**
   * Of what is there and not desired, what the cloud put into our objects by itself and has to go.
   * @param begun those of the desired that were asked for or recorded before: from then on a person may add to them
   */
  unwanted?(
    desired: readonly Desired<Body>[],
    begun: readonly Desired<Body>[],
    left: readonly Actual[],
  ): readonly Actual[]
  remove(context: CloudContext, actual: Actual): Promise<void>
  /** The same for several that could not be removed at a time. */
  removeMany?(context: CloudContext, actual: readonly Actual[]): Promise<void>
  /** true: it is gone when an object that it refers to is gone, and is not removed by a call of its own. */
  readonly goesAlong?: true
  /** Whether a new project is born with this one, so that it is removed together with the project alone. */
  bornWithProject?(actual: Actual): boolean
  /** Takes away what a broken-off `create` may have left of objects that are not there. */
  clear?(context: CloudContext, missing: readonly Desired<Body>[]): Promise<void>

  /**
   * What a verification calls one that is there and not in the plan. undefined: the cloud put it there by itself, or
   * it is part of something that is not ours. Without it, nobody looks.
   * @param ours names of what the plan has made, by id
   */
  foreign?(actual: Actual, ours: ReadonlyMap<string, string>): string | undefined

  /** Differences, attribute by attribute; none means an exact copy. */
  compare(desired: Resolved<Body>, actual: Actual): readonly Difference[]

  /** Writes the id (and what else the row shows) of finished objects into the host's rows. */
  record?(trx: Trx, done: readonly Recorded<Body, Actual>[]): Promise<void>
  /** The host's table that holds a `state` and an `error_message` for this kind, if any. */
  readonly table?: StatefulTable
}

export interface Chunk<Body> {
  /** Objects of one call, at most. */
  readonly size: number
  /**
   * Where the bulk form saves the cloud little: so few are in one call before it is filled up, and the rest goes into
   * other calls at the same time. @default size
   */
  readonly least?: number
  /** true: objects of an equal value are never in two calls at the same time, whatever else is found out of the cloud. */
  readonly whole?: true
  /** Only objects of an equal value go into one call. */
  readonly by?: (desired: Resolved<Body>) => string
}

export type StatefulTable =
  | "openstack_network"
  | "openstack_subnet"
  | "openstack_router"
  | "openstack_securitygroup"
  | "openstack_port"

export interface Recorded<Body, Actual> {
  readonly rowId: number | null
  readonly desired: Resolved<Body>
  readonly actual: Actual
}

/** A kind of which nothing is known but that it is one. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds kinds of different bodies; no caller looks into them.
export type AnyKind = Kind<any, any>

/** Names the types of a kind's body and of what the cloud shows. */
export function defineKind<Body, Actual>(kind: Kind<Body, Actual>): Kind<Body, Actual> {
  return kind
}
