import type { Trx } from "../models/database.ts"
import type { Difference } from "../models/own-tables.ts"
import type { InsertedTable, StatefulTable } from "../models/rows.ts"
import type { KindName } from "../planning/kind-names.ts"
import type { KindPlan, PlanContext, Ref } from "../planning/plan.ts"
import type { CloudContext } from "./cloud-context.ts"

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

/** What the host rows of a new tenant share, and the ids of the rows that were inserted before, by `kind/key`. */
export interface RowContext {
  readonly trx: Trx
  readonly now: Date
  readonly tenantId: number
  readonly projectId: number
  readonly settingsId: number
  rowId(of: Ref): number
}

/**
 * Everything about one kind of object, in groups by the phase that uses them. The order of stages, their passes, the
 * verification, the report and the rollback are derived from these functions. CONTRIBUTING.md, "Add a kind of object", has
 * the steps for a new kind; TEMPLATE.md is its file.
 *
 * `Body` is what is desired (with `Ref`s), `Actual` what the cloud shows.
 */
export interface Kind<Body, Actual> {
  readonly name: KindName
  /** Kinds that have to be finished before this one starts. */
  readonly after: readonly KindName[]
  readonly plan: KindPlanning<Body>
  /** Absent: no host table describes such objects. */
  readonly rows?: KindRows<Body, Actual>
  readonly api: KindApi<Body, Actual>
  readonly verify: KindVerification<Body, Actual>
  readonly removal: KindRemoval<Body, Actual>
}

/** Planning: pure, no call to a cloud or a database. */
export interface KindPlanning<Body> {
  /** Returns what the destination shall hold, and what is omitted. */
  build(context: PlanContext): KindPlan<Body>
  /** true: its objects, and those of all kinds after it, are planned again once the live source was read. */
  readonly needsSurvey?: true
  /** Returns the calls to the destination that create planned objects. @default one write for each batch */
  cost?(planned: readonly { readonly body: Body }[]): Cost
}

/** The host rows that describe the objects. */
export interface KindRows<Body, Actual> {
  /** Inserts the rows, in the transaction of the request. Returns their ids in the order of `planned`. */
  insert?(context: RowContext, planned: readonly { readonly body: Body }[]): Promise<readonly number[]>
  /** Updates the rows where the survey has changed what is desired and nothing was created yet. */
  update?(
    context: RowContext,
    rows: readonly { readonly rowId: number; readonly body: Body; readonly before: Body }[],
  ): Promise<void>
  /** Deletes the rows of objects that will not be created after all. */
  delete?(trx: Trx, rowIds: readonly number[]): Promise<void>
  /** Writes the ids of finished objects, and what else the rows show of them. */
  recordBackendIds?(trx: Trx, done: readonly Recorded<Body, Actual>[]): Promise<void>
  /** The table, if it has `state` and `error_message`. */
  readonly table?: StatefulTable
  /** The table that `insert` fills: handlers are called for changes of its rows. Absent: for none. */
  readonly inserted?: InsertedTable
  /** Returns the rows of another kind that show finished objects, for kinds without rows of their own. */
  shownIn?(
    trx: Trx,
    done: readonly Recorded<Body, Actual>[],
  ): Promise<{ readonly table: StatefulTable; readonly rowIds: readonly number[] }>
}

/** What a stage calls in the destination cloud. */
export interface KindApi<Body, Actual> {
  /** true: a new project holds some of these already (quotas, the default group, the default rules of a group). */
  readonly autoCreated?: true
  /**
   * Returns what is there now, all pages. Not called while nothing can be there: nothing is auto-created, and no
   * create request was sent yet.
   */
  list(context: CloudContext, desired: readonly Desired<Body>[]): Promise<readonly Actual[]>
  id(actual: Actual): string
  readonly batch: Batch<Body>
  /**
   * Creates the objects of one batch: all of them or, where the cloud refuses, none. Returns them in the same order.
   */
  create(context: CloudContext, desired: readonly Desired<Body>[]): Promise<readonly Actual[]>
  /** Corrects an object that existed before (a default group, a quota). Absent: differences are only reported. */
  update?(context: CloudContext, desired: Desired<Body>, actual: Actual): Promise<Actual>
}

/** How desired and actual objects are compared. Pure. */
export interface KindVerification<Body, Actual> {
  /** Whether this is the desired object: by what it is, never by its name alone. @default nothing differs */
  isMatch?(desired: Resolved<Body>, actual: Actual): boolean
  /** Returns the differences, attribute by attribute; an empty list is an exact copy. */
  compare(desired: Resolved<Body>, actual: Actual): readonly Difference[]
  /**
   * Returns the name under which a verification reports an object that is not in the plan. undefined: the cloud
   * created it by itself, or it belongs to something that this migration did not create. Absent: such objects are
   * not looked for.
   * @param created names of what the migration has created, by id
   */
  unmanagedName?(actual: Actual, created: ReadonlyMap<string, string>): string | undefined
}

/** How objects are deleted: by a rollback, and where a pass finds something that must not stay. */
export interface KindRemoval<Body, Actual> {
  delete(context: CloudContext, actual: Actual): Promise<void>
  /** Deletes several objects that cannot be deleted in separate calls at the same time. */
  deleteMany?(context: CloudContext, actual: readonly Actual[]): Promise<void>
  /**
   * Returns those of `unmatched` that the cloud added to created objects by itself, and that have to be deleted.
   * @param begun the desired objects that were requested or recorded before: from then on, users may add to them
   */
  toPrune?(
    desired: readonly Desired<Body>[],
    begun: readonly Desired<Body>[],
    unmatched: readonly Actual[],
  ): readonly Actual[]
  /** Deletes what an interrupted `create` may have left of objects that do not exist. */
  cleanUpPartial?(context: CloudContext, missing: readonly Desired<Body>[]): Promise<void>
  /** true: it disappears with an object that it refers to, and no call of its own deletes it. */
  readonly deletedWithParent?: true
  /** Whether the cloud created it together with the project, so that only deleting the project deletes it. */
  createdWithProject?(actual: Actual): boolean
}

/** Calls to the destination that create objects of one kind; the verification at the end comes on top. */
export interface Cost {
  readonly reads: number
  readonly writes: number
}

/** How many objects one create request holds. */
export interface Batch<Body> {
  /** Objects of one request, at most. */
  readonly maxSize: number
  /**
   * Few objects are spread over several requests at the same time, where a bulk request saves the cloud little; no
   * request is made smaller than this for it. @default maxSize
   */
  readonly minSize?: number
  /**
   * true: objects of an equal `groupBy` are in one request, whatever batch size the cloud's response times suggest.
   */
  readonly whole?: true
  /** Only objects of an equal value go into one request. */
  readonly groupBy?: (desired: Resolved<Body>) => string
}

export interface Recorded<Body, Actual> {
  readonly rowId: number | null
  readonly desired: Resolved<Body>
  readonly actual: Actual
}

/** A kind whose types are not known, as in the registry. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds kinds of different bodies; no caller looks into them.
export type AnyKind = Kind<any, any>

/** Names the types of a kind's body and of what the cloud shows. */
export function defineKind<Body, Actual>(kind: Kind<Body, Actual>): Kind<Body, Actual> {
  return kind
}
