import { sql } from "kysely"
import type { Db, Trx } from "../models/database.ts"

/** The worker task that runs one stage of one migration. */
export const stageTask = "openstack_replication_stage"

export interface StageJob {
  /** Id of the migration's row. */
  readonly migration: number
  readonly stage: string
  /** Id of the destination's service settings, for those who look at the queue. */
  readonly cloud: number
  /** How often the stage has failed by a fault of ours or of the database. Crashes do not count. */
  readonly faults?: number
}

declare global {
  namespace GraphileWorker {
    interface Tasks {
      openstack_replication_stage: StageJob
    }
  }
}

/**
 * A job that dies with its worker is taken up again only while it has attempts left, so there have to be plenty: faults
 * of the cloud are dealt with inside the stage, and other faults are counted in the job.
 */
const maxAttempts = 1_000

/** Enqueues stages, in the transaction that made them ready: no stage without a job, no job without a stage. */
export async function enqueueStages(
  trx: Trx,
  schema: string,
  cloud: number,
  migration: number,
  stages: readonly string[],
): Promise<void> {
  for (const stage of stages) await enqueueStage(trx, schema, { migration, stage, cloud }, 0)
}

/**
 * Enqueues one stage. A job of the same stage that waits is replaced; one that runs is not run again.
 *
 * It goes to no named queue. graphile-worker looks for the next job before the one that has ended is off its queue,
 * finds the queue taken, and does not look again before its poll: a stage would wait up to a second for the one before.
 */
export async function enqueueStage(
  db: Db,
  schema: string,
  payload: StageJob,
  delaySeconds: number,
): Promise<void> {
  await sql`
      select ${sql.ref(schema)}.add_job(
        ${stageTask},
        payload => ${JSON.stringify(payload)}::json,
        run_at => now() + make_interval(secs => ${delaySeconds}),
        max_attempts => ${maxAttempts},
        job_key => ${`${stageTask}:${payload.migration}:${payload.stage}`}
      )`.execute(db)
}
