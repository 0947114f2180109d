import type { Table } from "../models/columns.ts"
import type { Trx } from "../models/database.ts"
import type { Hooks } from "./hooks.ts"

/** Names of the handlers that write Waldur's rows, in the order in which they run. */
export const handlerNames = [
  "inventory",
  "routerPorts",
  "usages",
  "subResourceOfferings",
  "componentQuotas",
  "planPeriods",
  "events",
  "counters",
  "billing",
  "orders",
] as const

/** Name of a handler: the key that switches it off in the option `handlers`. */
export type HandlerName = (typeof handlerNames)[number]

/** Tables of the host by name, with the columns that are used. */
export type Tables = Readonly<Record<string, Table>>

/** A handler: it writes rows that Waldur's own code would write after the same change. */
export interface Handler {
  readonly name: HandlerName
  /** Tables that it inserts into, with all their columns. Checked at the start where the handler is on. */
  readonly writes?: Tables
  /** Tables and columns that it reads or updates. Checked at the start where the handler is on. */
  readonly reads?: Tables
  /** Returns what runs after a save of a migration, a resource or an order. */
  hooks?(context: HandlerContext): Hooks
  /** Returns what runs after rows of OpenStack objects were changed in bulk. */
  objects?(context: HandlerContext): ObjectHooks
  /** Runs in the transaction that created offerings for the machines and volumes of a tenant. */
  offeringsCreated?(trx: Trx, offerings: OfferingsCreated): Promise<void>
}

/** What every handler works with. */
export interface HandlerContext {
  /** All hooks, for a handler that saves a resource or an order itself. Only complete after the start. */
  hooks(): Hooks
  /** The current time; tests set it. */
  now(): Date
  /** Calls the `offeringsCreated` of every handler that is on. */
  offeringsCreated(trx: Trx, offerings: OfferingsCreated): Promise<void>
}

/** Offerings that were created for a tenant. */
export interface OfferingsCreated {
  /** Id of the resource of the tenant. */
  readonly resourceId: number
  /** Ids of the rows of `marketplace_offering`. */
  readonly offeringIds: readonly number[]
}

/** Rows of one table that were changed together. */
export interface ObjectRows {
  /** Kind of the objects, e.g. `network`. */
  readonly kind: string
  /** Their table, e.g. `openstack_network`. */
  readonly table: string
  readonly rowIds: readonly number[]
}

/** A function that runs in the transaction that changes the rows, once for all rows of the change. */
export type ObjectHook = (trx: Trx, rows: ObjectRows) => Promise<void>

/**
 * Functions that run after rows of OpenStack objects were changed in bulk. They work with sets: a fixed number of
 * statements for each call, however many rows there are.
 */
export interface ObjectHooks {
  /** Rows were inserted, in state CREATION_SCHEDULED. */
  readonly inserted?: ObjectHook
  /** Rows became OK. */
  readonly created?: ObjectHook
  /** Rows became ERRED. */
  readonly failed?: ObjectHook
  /** Rows are about to be deleted; they still exist. */
  readonly deleted?: ObjectHook
}
