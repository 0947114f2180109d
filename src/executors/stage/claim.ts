import { errors } from "../../errors.ts"
import type { Db, Trx } from "../../models/database.ts"

/** The right of one worker to work on a stage. A worker that starts the stage later gets a greater attempt. */
export interface StageClaim {
  /** Id of the migration's row. */
  readonly migration: number
  /** Name of the stage. */
  readonly stage: string
  readonly attempt: number
}

/** The state of the run at the beginning of a claimed transaction. */
export interface ClaimedRun {
  /** Why the migration was cancelled; null: it was not. */
  readonly cancelled: string | null
}

/**
 * Runs a transaction that only the worker with the current claim can commit. Locks the run before the stage, as every
 * other transaction does: the opposite order could deadlock.
 * @throws STALE_WORKER where the stage was started again since
 */
export function withClaim<T>(
  db: Db,
  { migration, stage, attempt }: StageClaim,
  write: (trx: Trx, run: ClaimedRun) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom("openstack_replication.run")
      .select("cancelled")
      .where("migration_id", "=", migration)
      .forNoKeyUpdate()
      .executeTakeFirst()
    const row = await trx
      .selectFrom("openstack_replication.stage")
      .select("attempt")
      .where("migration_id", "=", migration)
      .where("name", "=", stage)
      .where("state", "=", "running")
      .forShare()
      .executeTakeFirst()
    if (run === undefined || row?.attempt !== attempt) throw errors.staleWorker(stage)
    return write(trx, run)
  })
}
