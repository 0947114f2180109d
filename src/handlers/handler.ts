import type { Table } from "../models/columns.ts"
import type { Trx } from "../models/database.ts"
import type { Destination, WriteDestination } from "./destination.ts"
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
  /**
   * Reads the destination at the end of a run, before the transaction that ends the migration.
   * @returns what is written in that transaction, before the state of the tenant changes
   */
  readDestination?(destination: Destination, context: HandlerContext): Promise<WriteDestination>
  /** Runs in the transaction that created offerings for the machines and volumes of a tenant. */
  offeringsCreated?(trx: Trx, offerings: OfferingsCreated): Promise<void>
  /** Runs in the transaction that created or updated components of an offering. */
  componentsSaved?(trx: Trx, components: ComponentsSaved): Promise<void>
}

/** What every handler works with. */
export interface HandlerContext {
  /** All hooks, for a handler that saves a resource or an order itself. Only complete after the start. */
  hooks(): Hooks
  /** All object hooks, for a handler that inserts rows of OpenStack objects itself. Only complete after the start. */
  objects(): Required<ObjectHooks>
  /** The current time; tests set it. */
  now(): Date
  /** Calls the `offeringsCreated` of every handler that is on. */
  offeringsCreated(trx: Trx, offerings: OfferingsCreated): Promise<void>
  /** Calls the `componentsSaved` of every handler that is on. */
  componentsSaved(trx: Trx, components: ComponentsSaved): Promise<void>
}

/** Offerings that were created for a tenant. */
export interface OfferingsCreated {
  /** Id of the resource of the tenant. */
  readonly resourceId: number
  /** Ids of the rows of `marketplace_offering`. */
  readonly offeringIds: readonly number[]
}

/** Components of an offering that were created or updated because of a resource. */
export interface ComponentsSaved {
  /** Id of the resource. */
  readonly resourceId: number
  /** Ids of rows of `marketplace_offeringcomponent` that were inserted. */
  readonly created: readonly number[]
  /** Ids of rows of `marketplace_offeringcomponent` that were updated. */
  readonly updated: readonly number[]
}

/** Rows of one table that were changed together. All belong to one tenant. */
export interface ObjectRows {
  /**
   * Kind of the objects, e.g. `network`; `project` for the tenant itself; `interface` for subnets that were connected to a
   * router, and for the ports by which they are connected.
   */
  readonly kind: string
  /** Their table, e.g. `openstack_network`; also `openstack_tenant` and `openstack_securitygrouprule`. */
  readonly table: string
  readonly rowIds: readonly number[]
}

/** A function that runs in the transaction that changes the rows, once for all rows of the change. */
export type ObjectHook = (trx: Trx, rows: ObjectRows) => Promise<void>

/** Objects that the cloud had created by itself, and that were deleted there. No row describes them. */
export interface PrunedObjects {
  /** Kind of the objects, e.g. `security_group_rule`. */
  readonly kind: string
  /** Id of the migration's row. */
  readonly migrationId: number
  /** The objects as the cloud showed them. */
  readonly objects: readonly unknown[]
}

/**
 * Functions that run after rows of OpenStack objects were changed in bulk. They work with sets: a fixed number of
 * statements for each call, however many rows there are.
 */
export interface ObjectHooks {
  /** Rows were inserted, in state CREATION_SCHEDULED. */
  readonly inserted?: ObjectHook
  /** Rows became OK, or the cloud's ids were recorded in them. */
  readonly created?: ObjectHook
  /** Rows became ERRED. */
  readonly failed?: ObjectHook
  /** Rows are about to be deleted; they still exist. */
  readonly deleted?: ObjectHook
  /** Objects without rows were deleted in the cloud. */
  readonly pruned?: (trx: Trx, pruned: PrunedObjects) => Promise<void>
}
