import type { Selectable } from "kysely"
import type { Database, Trx } from "../models/database.ts"

/** A row of `waldur_openstack_replication_migration`. `state` is a code of Waldur's CoreStates: 3 is OK, 4 is ERRED. */
export type MigrationRow = Selectable<Database["waldur_openstack_replication_migration"]>

/** A row of `marketplace_resource`: the resource that a migration creates. */
export type ResourceRow = Selectable<Database["marketplace_resource"]>

/** A row of `marketplace_order`: the order of a finished migration. */
export type OrderRow = Selectable<Database["marketplace_order"]>

/** A row that this plugin has saved, with the arguments of Django's `post_save` signal. */
export interface Saved<Row> {
  /** The row as it is now. */
  readonly instance: Row
  /** true: the row was inserted. false: it was updated. */
  readonly created: boolean
  /** The row as it was before; null for an inserted row. */
  readonly previous: Row | null
  /**
   * The transaction of the save, as a Kysely transaction on the host's database. What a hook writes with it is committed
   * and rolled back together with the save.
   */
  readonly trx: Trx
}

/**
 * A function that runs after a row was saved, in the transaction of the save and before its commit: the counterpart of a
 * receiver of Django's `post_save`.
 *
 * It runs in the process that saves: the API's process when a migration is created or an action is requested, a worker's
 * process from then on. A hook that throws rolls the save back. In a request, the client gets the error. In a worker,
 * the stage is tried again after 1, 2, 4 … seconds, and given up in the end; if the hook refuses that save too, the
 * worker tries it once a minute until the hook accepts it.
 *
 * The rows of the save are locked until the commit, so a hook must be quick, and must not call other servers: use
 * `afterCommit` for that.
 */
export type PostSave<Row> = (saved: Saved<Row>) => void | Promise<void>

/** A committed save. It holds ids and states only, because it waits in the queue until it is delivered. */
export interface Committed {
  readonly model: "migration" | "resource" | "order"
  /** Id of the row. */
  readonly id: number
  /** The row's uuid, with hyphens. */
  readonly uuid: string
  /** true: the row was inserted. false: it was updated. */
  readonly created: boolean
  /** Code of the state before the save; null for an inserted row. */
  readonly from: number | null
  /** Code of the state after the save. */
  readonly to: number
}

/**
 * A function that runs after a save was committed, in a process that runs a worker.
 *
 * Delivery is at least once: it may get a save twice, and saves of one row in another order. If one throws, all
 * `afterCommit` hooks are called again for this save, up to 25 times with growing pauses.
 */
export type AfterCommit = (saved: Committed) => void | Promise<void>

/**
 * Functions of the host that run when this plugin saves a migration, a resource or an order, e.g. to bill or to notify.
 * They run after the plugin's own handlers, in the order of their lists, each after the one before has ended.
 *
 * Give the same hooks to every process: a row may be saved by an API process or by a worker.
 *
 * @example
 * ```ts
 * const hooks: Hooks = {
 *   // In the transaction of the save: the row in `audit` exists if and only if the migration has ended.
 *   migration: [
 *     async ({ instance, previous, trx }) => {
 *       if (instance.state === previous?.state || instance.state !== 3) return
 *       await sql`insert into audit (migration_id) values (${instance.id})`.execute(trx)
 *     },
 *   ],
 *   // After the commit, at least once: sending the same mail twice does no harm.
 *   afterCommit: [
 *     async ({ model, uuid, to }) => {
 *       if (model === "migration" && to === 4) await sendMail(`Migration ${uuid} has failed.`)
 *     },
 *   ],
 * }
 * ```
 */
export interface Hooks {
  /** Run after each save of a migration. @default none */
  readonly migration?: readonly PostSave<MigrationRow>[]
  /** Run after each save of the resource of a migration. @default none */
  readonly resource?: readonly PostSave<ResourceRow>[]
  /** Run after each save of the order of a migration. @default none */
  readonly order?: readonly PostSave<OrderRow>[]
  /** Run after the commit of each save, for what must not be undone with it, e.g. a mail. @default none */
  readonly afterCommit?: readonly AfterCommit[]
}

interface HookRows {
  readonly migration: MigrationRow
  readonly resource: ResourceRow
  readonly order: OrderRow
}

/** Calls the hooks of a model, one after another. */
export async function runHooks<Model extends keyof HookRows>(
  hooks: Hooks,
  model: Model,
  saved: Saved<HookRows[Model]>,
): Promise<void> {
  const registered = (hooks[model] ?? []) as unknown as readonly PostSave<HookRows[Model]>[]
  for (const hook of registered) await hook(saved)
}

/** Joins sets of hooks; those of the first set run first. */
export function joinHooks(...sets: readonly Hooks[]): Hooks {
  return {
    migration: sets.flatMap((set) => set.migration ?? []),
    resource: sets.flatMap((set) => set.resource ?? []),
    order: sets.flatMap((set) => set.order ?? []),
    afterCommit: sets.flatMap((set) => set.afterCommit ?? []),
  }
}
