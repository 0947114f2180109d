/** Waldur's state of a migration and of each OpenStack row (its CoreStates). */
export const CoreState = {
  UPDATE_SCHEDULED: 1,
  UPDATING: 2,
  OK: 3,
  ERRED: 4,
  CREATION_SCHEDULED: 5,
  CREATING: 6,
  DELETION_SCHEDULED: 7,
  DELETING: 8,
} as const

export type CoreStateName = keyof typeof CoreState
export type CoreStateCode = (typeof CoreState)[CoreStateName]

/** States of a migration that runs. */
export const runningStates = [CoreState.CREATION_SCHEDULED, CoreState.CREATING] as const

/** States of a migration that has ended: nothing happens to it any more, unless a user requests it. */
export const endedStates = [CoreState.OK, CoreState.ERRED] as const

export function isRunning(state: number): boolean {
  return runningStates.some((code) => code === state)
}

export function hasEnded(state: number): boolean {
  return endedStates.some((code) => code === state)
}

/** Waldur's state of a marketplace resource. */
export const ResourceState = {
  CREATING: 1,
  OK: 2,
  ERRED: 3,
  UPDATING: 4,
  TERMINATING: 5,
  TERMINATED: 6,
} as const

export const OrderState = { EXECUTING: 2, DONE: 3, ERRED: 4 } as const
export const OrderType = { CREATE: 1, UPDATE: 2, TERMINATE: 3 } as const
export const OfferingState = { DRAFT: 1, ACTIVE: 2, PAUSED: 3, ARCHIVED: 4 } as const

/** Waldur's offering type of OpenStack tenants. */
export const tenantOffering = "OpenStack.Tenant"

export function coreStateName(code: number): CoreStateName {
  const found = Object.entries(CoreState).find(([, value]) => value === code)
  return (found?.[0] ?? "ERRED") as CoreStateName
}

const resourceStateNames = ["", "Creating", "OK", "Erred", "Updating", "Terminating", "Terminated"]

export function resourceStateName(code: number): string {
  return resourceStateNames[code] ?? ""
}
