import { shortList } from "../../errors.ts"
import { CoreState, ResourceState } from "../../models/codes.ts"
import type { Rollback } from "../../models/own-tables.ts"

/** How a rollback ended: the states and the message of tenant, resource and migration. */
export interface RollbackOutcome {
  readonly state: typeof CoreState.OK | typeof CoreState.ERRED
  readonly resource: number
  readonly message: string
  /** What the run keeps of it; null: nothing was changed. */
  readonly rollback: Rollback | null
}

/** Nothing was deleted: the tenant is as before. */
export function unchangedOutcome(
  { requestedBy }: Rollback,
  inUse: boolean,
  reasons: readonly string[],
): RollbackOutcome {
  const message = inUse
    ? `Rollback requested by ${requestedBy} was refused, because the tenant is in use: ${shortList(reasons)}. Nothing was removed. Delete these resources and request the rollback again.`
    : `Rollback requested by ${requestedBy} did not finish, and nothing was removed: ${sentence(reasons)} Fix this and request the rollback again.`
  return { state: CoreState.OK, resource: ResourceState.OK, message, rollback: null }
}

/** Something remains: the rollback can be requested again. */
export function incompleteOutcome(
  { requestedBy, fromState }: Rollback,
  {
    givenUp,
    inUse,
    objects,
    rows,
  }: {
    readonly givenUp: boolean
    readonly inUse: boolean
    readonly objects: readonly string[]
    readonly rows: readonly string[]
  },
): RollbackOutcome {
  const remaining = [...objects, ...rows]
  const failure = `Rollback requested by ${requestedBy} did not finish`
  const message = inUse
    ? `Rollback requested by ${requestedBy} was refused, because the tenant is in use: ${shortList(objects)}. Nothing more was removed. Delete these resources and request the rollback again.`
    : givenUp
      ? `${failure}: ${sentence(remaining)} Fix this and request the rollback again.`
      : objects.length > 0
        ? `${failure}. Remaining in the project: ${sentence(remaining)} Delete what this migration did not create and request the rollback again.`
        : `${failure}. Remaining in the host's database: ${sentence(rows)} Delete the rows that refer to them and request the rollback again.`
  return {
    state: CoreState.ERRED,
    resource: ResourceState.ERRED,
    message,
    rollback: { requestedBy, fromState, remaining },
  }
}

/** Everything was deleted. */
export function completeOutcome({ requestedBy, fromState }: Rollback, removed: number): RollbackOutcome {
  return {
    state: CoreState.ERRED,
    resource: ResourceState.TERMINATED,
    message: `Rollback requested by ${requestedBy} is complete: ${removed} ${removed === 1 ? "object was" : "objects were"} removed.`,
    rollback: { requestedBy, fromState, finishedAt: new Date().toISOString() },
  }
}

/** A list that ends with one full stop: reasons may bring their own. */
function sentence(reasons: readonly string[]): string {
  return `${shortList(reasons).replace(/\.$/, "")}.`
}
