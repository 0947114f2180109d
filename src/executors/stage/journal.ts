import { sql } from "kysely"
import { errors } from "../../errors.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import { CoreState } from "../../models/codes.ts"
import type { Db, Trx } from "../../models/database.ts"
import { emitObjectEvents } from "../../models/events.ts"
import type { ObjectError } from "../../models/own-tables.ts"
import type { Journal, StageItem } from "./apply.ts"

/** A stage as one worker holds it. A worker that started it later holds a greater attempt. */
export interface StageClaim {
  readonly migration: number
  readonly stage: string
  readonly attempt: number
}

/** What a stage's owner has to know of its run. */
export interface RunFacts {
  /** Why the migration was cancelled; null: it was not. */
  readonly cancelled: string | null
}

/**
 * Runs in a transaction that only the stage's present owner can finish. The run is locked before the stage, as
 * everywhere: who locks them the other way round could wait for one that waits for him. @throws STALE_WORKER
 */
export function withClaim<T>(
  db: Db,
  claim: StageClaim,
  item: (trx: Trx, run: RunFacts) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom("openstack_replication.run")
      .select("cancelled")
      .where("migration_id", "=", claim.migration)
      .forNoKeyUpdate()
      .executeTakeFirst()
    const row = await trx
      .selectFrom("openstack_replication.stage")
      .select("attempt")
      .where("migration_id", "=", claim.migration)
      .where("name", "=", claim.stage)
      .where("state", "=", "running")
      .forShare()
      .executeTakeFirst()
    if (run === undefined || row?.attempt !== claim.attempt) throw errors.staleWorker(claim.stage)
    return item(trx, run)
  })
}

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
