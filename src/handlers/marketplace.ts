import { coreStateName } from "../models/codes.ts"
import type { Trx } from "../models/database.ts"
import { emitEvent } from "../models/events.ts"
import { enqueueAfterCommit } from "./after-commit.ts"
import type { Destination, WriteDestination } from "./destination.ts"
import type { Handler, HandlerContext, HandlerName, ObjectHook, ObjectHooks } from "./handler.ts"
import { type Committed, type Hooks, joinHooks, type MigrationRow, type Saved } from "./hooks.ts"
import { updateResourceState } from "./migration-end.ts"

/** The handlers of a process, joined. */
export interface Handlers {
  /** What runs after a save of a migration, a resource or an order: handlers, then the host's hooks. */
  readonly hooks: Hooks
  /** What runs after rows of OpenStack objects were changed. */
  readonly objects: Required<ObjectHooks>
  /**
   * Reads what the handlers write of a new tenant at the end of its migration.
   * @returns writes it, one handler after another, in the transaction that ends the migration
   */
  readDestination(destination: Destination): Promise<WriteDestination>
  /** Whether a handler is on. */
  isOn(name: HandlerName): boolean
}

/** What `createHandlers` joins. */
export interface HandlersOptions {
  /** The handlers that are on, in the order in which they run. */
  readonly handlers: readonly Handler[]
  /** The host's hooks. */
  readonly host: Hooks
  /** Schema of graphile-worker's tables. */
  readonly queueSchema: string
  /** The current time. @default the system's clock */
  readonly now?: () => Date
}

/**
 * Joins handlers and hooks in the order in which they run: what the plugin itself needs, the handlers, the host's hooks, and
 * the delivery after the commit.
 */
export function createHandlers({
  handlers,
  host,
  queueSchema,
  now = () => new Date(),
}: HandlersOptions): Handlers {
  const context: HandlerContext = {
    hooks: () => hooks,
    objects: () => objects,
    now,
    async offeringsCreated(trx, offerings) {
      for (const handler of handlers) await handler.offeringsCreated?.(trx, offerings)
    },
    async componentsSaved(trx, components) {
      for (const handler of handlers) await handler.componentsSaved?.(trx, components)
    },
  }
  const after = <Row extends { id: number; uuid: string; state: number }>(model: Committed["model"]) => {
    return (saved: Saved<Row>) => enqueueAfterCommit(queueSchema, model, saved)
  }
  const hooks: Hooks = joinHooks(
    { migration: [emitState, (saved) => updateResourceState(hooks, saved)] },
    ...handlers.map((handler) => handler.hooks?.(context) ?? {}),
    host,
    { migration: [after("migration")], resource: [after("resource")], order: [after("order")] },
  )
  const objects = joinObjectHooks(handlers.map((handler) => handler.objects?.(context) ?? {}))
  const names = new Set(handlers.map(({ name }) => name))
  return {
    hooks,
    objects,
    async readDestination(destination) {
      const written = await Promise.all(
        handlers.map((handler) => handler.readDestination?.(destination, context)),
      )
      return async (trx, rows) => {
        for (const write of written) await write?.(trx, rows)
      }
    },
    isOn: (name) => names.has(name),
  }
}

/** Emits the new state of a migration. It runs first, so that this event precedes those of other hooks. */
async function emitState({ instance, previous, trx }: Saved<MigrationRow>): Promise<void> {
  if (instance.state === previous?.state) return
  await emitEvent(trx, instance.id, "migration", {
    state: coreStateName(instance.state),
    error_message: instance.error_message,
  })
}

/** Joins sets of object hooks; those of the first set run first. A call without rows calls none. */
function joinObjectHooks(sets: readonly ObjectHooks[]): Required<ObjectHooks> {
  const join = (name: Exclude<keyof ObjectHooks, "pruned">): ObjectHook => {
    const hooks = sets.flatMap((set) => set[name] ?? [])
    return async (trx: Trx, rows) => {
      if (rows.rowIds.length === 0) return
      for (const hook of hooks) await hook(trx, rows)
    }
  }
  return {
    inserted: join("inserted"),
    created: join("created"),
    failed: join("failed"),
    deleted: join("deleted"),
    async pruned(trx, pruned) {
      if (pruned.objects.length === 0) return
      for (const set of sets) await set.pruned?.(trx, pruned)
    },
  }
}
