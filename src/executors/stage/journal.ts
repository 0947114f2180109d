import { sql } from "kysely"
import type { ObjectHooks } from "../../handlers/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import type { Db, Trx } from "../../models/database.ts"
import { emitObjectEvents } from "../../models/events.ts"
import type { ObjectError } from "../../models/own-tables.ts"
import type { CloudError } from "../../openstack/index.ts"
import type { DroppedAttribute } from "../../planning/plan.ts"
import { type StageClaim, withClaim } from "./claim.ts"
import type { StageItem } from "./items.ts"
import { throwIfTerminated } from "./termination.ts"

/** A desired object, paired with what the cloud has of it. */
export interface PairedItem {
  readonly item: StageItem
  readonly actual: unknown
}

/** Records the outcome of each object. Every write fails where another worker has claimed the stage since. */
export interface Journal {
  /**
   * Records, before a create request is sent, that its objects may exist from now on. Returns the objects that are
   * still wanted: none where the migration was cancelled.
   * @throws TENANT_TERMINATED where the marketplace terminates the tenant
   */
  recordCreating(items: readonly StageItem[]): Promise<readonly StageItem[]>
  recordDone(paired: readonly PairedItem[]): Promise<void>
  recordFailed(item: StageItem, error: ObjectError): Promise<void>
  /** Records objects that the cloud had created by itself and that were deleted. */
  recordPruned(actual: readonly unknown[]): Promise<void>
  /** Records that an object is created without attributes that the cloud refused. */
  recordDropped(item: StageItem, attributes: readonly DroppedAttribute[]): Promise<void>
}

/** Objects that a stage does not create, for one reason. */
export interface NotCreated {
  readonly items: readonly Pick<StageItem, "id" | "rowId" | "name">[]
  readonly state: "failed" | "skipped"
  readonly reason: string
  /** The cloud's refusal. */
  readonly error?: ObjectError
}

/**
 * The journal of a stage in the plugin's tables and in the host's rows.
 * @param handlers called for the rows of created and failed objects @default none
 */
export function stageJournal(db: Db, kind: AnyKind, claim: StageClaim, handlers: ObjectHooks = {}): Journal {
  return {
    recordCreating: (items) =>
      withClaim(db, claim, async (trx, { cancelled }) => {
        await throwIfTerminated(trx, claim.migration, "continued")
        if (cancelled === null) return markCreating(trx, items)
        await recordNotCreated(trx, kind, claim, { items, state: "skipped", reason: cancelled }, handlers)
        return []
      }),

    async recordDone(paired) {
      if (paired.length === 0) return
      await withClaim(db, claim, async (trx) => {
        await markDone(trx, kind, claim, paired)
        await callCreated(trx, kind, paired, handlers)
      })
    },

    recordFailed: (item, error) =>
      withClaim(db, claim, (trx) =>
        recordNotCreated(
          trx,
          kind,
          claim,
          { items: [item], state: "failed", reason: error.message, error },
          handlers,
        ),
      ),

    async recordPruned(actual) {
      const { pruned } = handlers
      if (pruned === undefined || actual.length === 0) return
      await withClaim(db, claim, (trx) =>
        pruned(trx, { kind: kind.name, migrationId: claim.migration, objects: actual }),
      )
    },

    async recordDropped(item, attributes) {
      const names = attributes.map(({ attribute }) => attribute)
      await withClaim(db, claim, (trx) =>
        sql`
          update openstack_replication.object
          set body = body - ${names}::text[], modified = now(),
            notes = jsonb_set(notes, '{dropped}', notes -> 'dropped' || ${JSON.stringify(attributes)}::jsonb)
          where id = ${item.id}`.execute(trx),
      )
    },
  }
}

/** SQL: the id of any of the objects. One parameter, however many there are. */
function anyOf(items: readonly Pick<StageItem, "id">[]) {
  return sql<string>`any(${items.map(({ id }) => id)}::bigint[])`
}

async function markCreating(trx: Trx, items: readonly StageItem[]): Promise<readonly StageItem[]> {
  await trx
    .updateTable("openstack_replication.object")
    .set({ state: "creating", create_requests: sql`create_requests + 1`, modified: new Date() })
    .where("id", "=", anyOf(items))
    .execute()
  return items
}

async function markDone(
  trx: Trx,
  kind: AnyKind,
  { migration }: StageClaim,
  paired: readonly PairedItem[],
): Promise<void> {
  await sql`
    update openstack_replication.object as object
    set state = 'done', backend_id = done.backend_id, reason = '', error = null, modified = now()
    from unnest(${paired.map(({ item }) => item.id)}::bigint[], ${paired.map(({ actual }) => kind.api.id(actual))}::text[])
      as done (id, backend_id)
    where object.id = done.id`.execute(trx)
  await kind.rows?.recordBackendIds?.(
    trx,
    paired.map(({ item, actual }) => ({ rowId: item.rowId, desired: item.body, actual })),
  )
  const items = paired.map(({ item }) => item)
  await emitObjectEvents(trx, migration, kind.name, "done", items)
}

/** Calls the handlers for the host rows of created objects. */
async function callCreated(
  trx: Trx,
  kind: AnyKind,
  paired: readonly PairedItem[],
  { created }: ObjectHooks,
): Promise<void> {
  if (created === undefined) return
  const table = kind.rows?.inserted
  if (table !== undefined) {
    const rowIds = paired.flatMap(({ item }) => item.rowId ?? [])
    if (rowIds.length > 0) await created(trx, { kind: kind.name, table, rowIds })
  }
  const done = paired.map(({ item, actual }) => ({ rowId: item.rowId, desired: item.body, actual }))
  const shown = await kind.rows?.shownIn?.(trx, done)
  if (shown !== undefined && shown.rowIds.length > 0) await created(trx, { kind: kind.name, ...shown })
}

/**
 * Marks objects and their host rows as not created, and emits one event for all of them.
 * @param handlers called for the rows of objects that failed; the creation of a skipped one never began
 */
export async function recordNotCreated(
  trx: Trx,
  kind: AnyKind,
  { migration }: StageClaim,
  { items, state, reason, error }: NotCreated,
  handlers: ObjectHooks,
): Promise<void> {
  if (items.length === 0) return
  await trx
    .updateTable("openstack_replication.object")
    .set({ state, reason, error: error === undefined ? null : JSON.stringify(error), modified: new Date() })
    .where("id", "=", anyOf(items))
    .execute()
  const table = kind.rows?.table
  const rowIds = items.flatMap(({ rowId }) => rowId ?? [])
  if (table !== undefined && rowIds.length > 0) {
    await trx
      .updateTable(table as "openstack_network")
      .set({ state: CoreState.ERRED, error_message: reason, modified: new Date() })
      .where("id", "=", sql<number>`any(${rowIds}::integer[])`)
      .execute()
    if (state === "failed") await handlers.failed?.(trx, { kind: kind.name, table, rowIds })
  }
  await emitObjectEvents(trx, migration, kind.name, state, items, reason)
}

/** The part of a cloud's error that is stored with an object and reported. */
export function objectError(error: CloudError): ObjectError {
  const { status, requestId } = error.failure
  return { code: error.code, message: error.message, status, requestId }
}
