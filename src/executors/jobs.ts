import { sql } from "kysely"
import type { Db, Trx } from "../models/database.ts"

/** The worker task that runs one stage of one migration. */
export const stageTask = "openstack_replication_stage"

export interface StageJob {
  /** Id of the migration's row. */
  readonly migration: number
  readonly stage: string
  /** Name of the queue, one of its cloud's. */
  readonly queue: string
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

/** Queues of one cloud: at most so many of its stages run at a time, over all workers. */
const lanes = 8

/**
 * A job that dies with its worker is taken up again only while it has attempts left, so there have to be plenty: faults
 * of the cloud are dealt with inside the stage, and other faults are counted in the job.
 */
const maxAttempts = 1_000

/** Enqueues stages, in the transaction that made them ready: no stage without a job, no job without a stage. */
export async function enqueueStages(
  trx: Trx,
  schema: string,
  settingsId: number,
  migration: number,
  stages: readonly string[],
): Promise<void> {
  for (const [index, stage] of stages.entries()) {
    const queue = `openstack-${settingsId}-${(migration + index) % lanes}`
    await enqueueStage(trx, schema, { migration, stage, queue }, 0)
  }
}

/** Enqueues one stage. A job of the same stage that waits is replaced; one that runs is not run again. */
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
        queue_name => ${payload.queue},
        run_at => now() + make_interval(secs => ${delaySeconds}),
        max_attempts => ${maxAttempts},
        job_key => ${`${stageTask}:${payload.migration}:${payload.stage}`}
      )`.execute(db)
}
