import type { Selectable } from "kysely"
import type { Database, Trx } from "../models/database.ts"

export type MigrationRow = Selectable<Database["waldur_openstack_replication_migration"]>
export type ResourceRow = Selectable<Database["marketplace_resource"]>
export type OrderRow = Selectable<Database["marketplace_order"]>

/** A row that was saved, as Django's post_save tells of it. */
export interface Saved<Row> {
  readonly instance: Row
  readonly created: boolean
  /** The row before; null for a new one. */
  readonly previous: Row | null
  /** The transaction that saved it: what a hook writes here stands or falls with the save. */
  readonly trx: Trx
}

/** Runs in the transaction of the save, in order of registration. One that throws undoes the save. */
export type PostSave<Row> = (saved: Saved<Row>) => void | Promise<void>

/** A save that has been committed. Ids and states only: it is kept in the queue until it is delivered. */
export interface Committed {
  readonly model: "migration" | "resource" | "order"
  readonly id: number
  readonly uuid: string
  readonly created: boolean
  /** State codes before and after; `from` is null for a new row. */
  readonly from: number | null
  readonly to: number
}

/**
 * Runs in a process that runs a worker, after the commit, at least once: it may hear of a save twice, and of two saves
 * in either order. One that throws is tried again later.
 */
export type AfterCommit = (saved: Committed) => void | Promise<void>

export interface Hooks {
  readonly migration?: readonly PostSave<MigrationRow>[]
  readonly resource?: readonly PostSave<ResourceRow>[]
  readonly order?: readonly PostSave<OrderRow>[]
  /** For what must not be undone with the save, e.g. a mail. */
  readonly afterCommit?: readonly AfterCommit[]
}

interface HookRows {
  readonly migration: MigrationRow
  readonly resource: ResourceRow
  readonly order: OrderRow
}

/** Tells every hook of a save, one after another. */
export async function runHooks<Model extends keyof HookRows>(
  hooks: Hooks,
  model: Model,
  saved: Saved<HookRows[Model]>,
): Promise<void> {
  const registered = (hooks[model] ?? []) as unknown as readonly PostSave<HookRows[Model]>[]
  for (const hook of registered) await hook(saved)
}

/** Several sets of hooks as one: those of the first run first. */
export function joinHooks(...sets: readonly Hooks[]): Hooks {
  return {
    migration: sets.flatMap((set) => set.migration ?? []),
    resource: sets.flatMap((set) => set.resource ?? []),
    order: sets.flatMap((set) => set.order ?? []),
    afterCommit: sets.flatMap((set) => set.afterCommit ?? []),
  }
}
