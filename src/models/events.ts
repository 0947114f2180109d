import { sql } from "kysely"
import type { Trx } from "./database.ts"

/** What a piece of news tells; `by` is a person's name. Never a secret: every viewer of the migration reads it. */
export interface EventData {
  /** The migration's state has changed. */
  readonly migration: { readonly state: string; readonly error_message: string }
  /** A person has asked for something. */
  readonly action: {
    readonly action: "create" | "cancel" | "retry" | "rollback" | "verify"
    readonly by: string
  }
  readonly stage: { readonly name: string; readonly state: "running" | "done"; readonly attempt: number }
  /** Objects of a kind have come to a state; `reason` says why they failed or were skipped. */
  readonly objects: {
    readonly kind: string
    readonly state: string
    readonly count: number
    readonly names: readonly string[]
    readonly reason?: string
  }
}

export type EventType = keyof EventData

/** Names of objects that one piece of news tells at the most. */
const namedMost = 5

/**
 * Adds to the news of a migration, in the transaction of what it tells: it is heard of if and only if that is
 * committed. The run's row gives the number and is locked by that, so that numbers come in the order of commits:
 * whoever has read up to one will not find a smaller one later.
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

/** News of objects of one kind that came to a state together. */
export function emitObjectEvents(
  trx: Trx,
  migrationId: number,
  kind: string,
  state: string,
  objects: readonly { readonly name: string }[],
  reason?: string,
): Promise<void> {
  const names = objects.slice(0, namedMost).map(({ name }) => name)
  return emitEvent(trx, migrationId, "objects", {
    kind,
    state,
    count: objects.length,
    names,
    ...(reason !== undefined && { reason }),
  })
}
