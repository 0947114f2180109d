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
  hold: StageClaim,
  work: (trx: Trx, run: RunFacts) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom("openstack_replication.run")
      .select("cancelled")
      .where("migration_id", "=", hold.migration)
      .forNoKeyUpdate()
      .executeTakeFirst()
    const row = await trx
      .selectFrom("openstack_replication.stage")
      .select("attempt")
      .where("migration_id", "=", hold.migration)
      .where("name", "=", hold.stage)
      .where("state", "=", "running")
      .forShare()
      .executeTakeFirst()
    if (run === undefined || row?.attempt !== hold.attempt) throw errors.staleWorker(hold.stage)
    return work(trx, run)
  })
}

/** The journal of a stage in the plugin's tables and in the host's rows. */
export function stageJournal(db: Db, kind: AnyKind, hold: StageClaim): Journal {
  return {
    async creating(works) {
      return withClaim(db, hold, async (trx, { cancelled }) => {
        if (cancelled !== null) {
          await closeAll(trx, kind, hold, works, "skipped", cancelled)
          return []
        }
        await trx
          .updateTable("openstack_replication.object")
          .set({ state: "creating", attempts: sql`attempts + 1`, modified: new Date() })
          .where(
            "id",
            "in",
            works.map(({ id }) => id),
          )
          .execute()
        return works
      })
    },

    async done(made) {
      if (made.length === 0) return
      await withClaim(db, hold, async (trx) => {
        await sql`
          update openstack_replication.object as object
          set state = 'done', backend_id = done.backend_id, reason = '', error = null, modified = now()
          from unnest(${made.map(({ work }) => work.id)}::bigint[], ${made.map(({ actual }) => kind.id(actual))}::text[])
            as done (id, backend_id)
          where object.id = done.id`.execute(trx)
        await kind.record?.(
          trx,
          made.map(({ work, actual }) => ({ rowId: work.rowId, desired: work.body, actual })),
        )
        await emitObjectEvents(
          trx,
          hold.migration,
          kind.name,
          "done",
          made.map(({ work }) => work),
        )
      })
    },

    async dropped(work, attributes) {
      const names = attributes.map(({ attribute }) => attribute)
      await withClaim(db, hold, (trx) =>
        sql`
          update openstack_replication.object
          set body = body - ${names}::text[], modified = now(),
            notes = jsonb_set(notes, '{dropped}', notes -> 'dropped' || ${JSON.stringify(attributes)}::jsonb)
          where id = ${work.id}`.execute(trx),
      )
    },

    failed: (work, error) =>
      withClaim(db, hold, (trx) => closeAll(trx, kind, hold, [work], "failed", error.message, error)),
  }
}

/** Marks objects that the stage will not make, with the news of it. */
export async function closeAll(
  trx: Trx,
  kind: AnyKind,
  { migration }: StageClaim,
  works: readonly Pick<StageItem, "id" | "rowId" | "name">[],
  state: "failed" | "skipped",
  reason: string,
  error: ObjectError | null = null,
): Promise<void> {
  for (const work of works) await close(trx, kind, work, state, reason, error)
  await emitObjectEvents(trx, migration, kind.name, state, works, reason)
}

/** Marks an object, and the host's row of it, as not made. */
async function close(
  trx: Trx,
  kind: AnyKind,
  work: Pick<StageItem, "id" | "rowId">,
  state: "failed" | "skipped",
  reason: string,
  error: ObjectError | null,
): Promise<void> {
  await trx
    .updateTable("openstack_replication.object")
    .set({ state, reason, error: error === null ? null : JSON.stringify(error), modified: new Date() })
    .where("id", "=", work.id)
    .execute()
  if (kind.table === undefined || work.rowId === null) return
  await trx
    .updateTable(kind.table as "openstack_network")
    .set({ state: CoreState.ERRED, error_message: reason, modified: new Date() })
    .where("id", "=", work.rowId)
    .execute()
}
