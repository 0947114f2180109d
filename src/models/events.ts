import { sql } from "kysely"
import type { Trx } from "./database.ts"

/** The data of each type of event. It holds no secrets: everyone who may see the migration can read it. */
export interface EventData {
  /** The migration's state has changed. */
  readonly migration: { readonly state: string; readonly error_message: string }
  /** A user has requested an action; `by` is the user's name. */
  readonly action: {
    readonly action: "create" | "cancel" | "retry" | "rollback" | "verify"
    readonly by: string
  }
  /** A stage has started or ended. */
  readonly stage: { readonly name: string; readonly state: "running" | "done"; readonly attempt: number }
  /** Objects of a kind have reached a state; `reason` is why they failed, were skipped or could not be removed. */
  readonly objects: {
    readonly kind: string
    readonly state: string
    readonly count: number
    readonly names: readonly string[]
    readonly reason?: string
  }
}

export type EventType = keyof EventData

/** Names of objects in one event. */
const maxNames = 5

/**
 * Adds an event to a migration's history, in the transaction of the change that it describes. The number comes from the
 * run's row, which is locked until the commit, so that numbers are in the order of commits: a reader that has seen a
 * number never misses a smaller one.
 */
export async function emitEvent<Type extends EventType>(
  trx: Trx,
  migrationId: number,
  type: Type,
  data: EventData[Type],
): Promise<void> {
  await sql`
    with run as (
      update openstack_replication.run set last_event = last_event + 1
      where migration_id = ${migrationId} returning migration_id, last_event
    )
    insert into openstack_replication.event (migration_id, number, at, type, data)
    select migration_id, last_event, clock_timestamp(), ${type}, ${JSON.stringify(data)}::jsonb from run`.execute(
    trx,
  )
}

/** Adds one event for objects of one kind that have reached a state together. */
export function emitObjectEvents(
  trx: Trx,
  migrationId: number,
  kind: string,
  state: string,
  objects: readonly { readonly name: string }[],
  reason?: string,
): Promise<void> {
  const names = objects.slice(0, maxNames).map(({ name }) => name)
  return emitEvent(trx, migrationId, "objects", {
    kind,
    state,
    count: objects.length,
    names,
    ...(reason !== undefined && { reason }),
  })
}
