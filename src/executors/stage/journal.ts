import { sql } from "kysely"
import type { AnyKind } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import type { Db, Trx } from "../../models/database.ts"
import { emitObjectEvents } from "../../models/events.ts"
import type { ObjectError } from "../../models/own-tables.ts"
import type { CloudError } from "../../openstack/errors/cloud-error.ts"
import type { DroppedAttribute } from "../../planning/plan.ts"
import { type StageClaim, withClaim } from "./claim.ts"
import type { StageItem } from "./items.ts"
import { PairedItem } from "./journal.ts"

/** The journal of a stage in the plugin's tables and in the host's rows. */
export function stageJournal(db: Db, kind: AnyKind, claim: StageClaim): Journal {
  return {
    async recordCreating(items) {
      return withClaim(db, claim, async (trx, { cancelled }) => {
        if (cancelled !== null) {
          await recordOutcomes(trx, kind, claim, items, "skipped", cancelled)
          return []
        }
        await trx
          .updateTable("openstack_replication.object")
          .set({ state: "creating", attempts: sql`attempts + 1`, modified: new Date() })
          .where(
            "id",
            "in",
            items.map(({ id }) => id),
          )
          .execute()
        return items
      })
    },

    async recordDone(made) {
      if (made.length === 0) return
      await withClaim(db, claim, async (trx) => {
        await sql`
          update openstack_replication.object as object
          set state = 'done', backend_id = done.backend_id, reason = '', error = null, modified = now()
          from unnest(${made.map(({ item }) => item.id)}::bigint[], ${made.map(({ actual }) => kind.api.id(actual))}::text[])
            as done (id, backend_id)
          where object.id = done.id`.execute(trx)
        await kind.rows?.recordBackendIds?.(
          trx,
          made.map(({ item, actual }) => ({ rowId: item.rowId, desired: item.body, actual })),
        )
        await emitObjectEvents(
          trx,
          claim.migration,
          kind.name,
          "done",
          made.map(({ item }) => item),
        )
      })
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

    recordFailed: (item, error) =>
      withClaim(db, claim, (trx) => recordOutcomes(trx, kind, claim, [item], "failed", error.message, error)),
  }
}

/** Marks objects that the stage will not make, with the news of it. */
export async function recordOutcomes(
  trx: Trx,
  kind: AnyKind,
  { migration }: StageClaim,
  items: readonly Pick<StageItem, "id" | "rowId" | "name">[],
  state: "failed" | "skipped",
  reason: string,
  error: ObjectError | null = null,
): Promise<void> {
  for (const item of items) await close(trx, kind, item, state, reason, error)
  await emitObjectEvents(trx, migration, kind.name, state, items, reason)
}

/** Marks an object, and the host's row of it, as not made. */
async function close(
  trx: Trx,
  kind: AnyKind,
  item: Pick<StageItem, "id" | "rowId">,
  state: "failed" | "skipped",
  reason: string,
  error: ObjectError | null,
): Promise<void> {
  await trx
    .updateTable("openstack_replication.object")
    .set({ state, reason, error: error === null ? null : JSON.stringify(error), modified: new Date() })
    .where("id", "=", item.id)
    .execute()
  if (kind.rows?.table === undefined || item.rowId === null) return
  await trx
    .updateTable(kind.rows?.table as "openstack_network")
    .set({ state: CoreState.ERRED, error_message: reason, modified: new Date() })
    .where("id", "=", item.rowId)
    .execute()
}
export interface PairedItem {
  readonly item: StageItem
  readonly actual: unknown
}
/** Where the outcome of each object is kept. Every write fails if another worker has taken the stage over. */

export interface Journal {
  /**
   * Before objects are asked for: whoever comes after knows that they may exist. Answers those that are still wanted;
   * of a migration that was cancelled there are none.
   */
  recordCreating(items: readonly StageItem[]): Promise<readonly StageItem[]>
  recordDone(made: readonly PairedItem[]): Promise<void>
  recordFailed(item: StageItem, error: ObjectError): Promise<void>
  /** An object is made without attributes that the cloud refused. */
  recordDropped(item: StageItem, attributes: readonly DroppedAttribute[]): Promise<void>
}
/** What the report keeps of an error. */

export function objectError(error: CloudError): ObjectError {
  const { status, requestId } = error.failure
  return { code: error.code, message: error.message, status, requestId }
}
