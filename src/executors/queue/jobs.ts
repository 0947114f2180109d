import { sql } from "kysely"
import type { Db, Trx } from "../../models/database.ts"

/** Names of this plugin's tasks: other jobs of the queue are not its business. */
export const ownTasks = "openstack\\_replication\\_%"

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

/**
 * A stage that becomes ready goes before those that were handed over up to a minute earlier, because others waited: so
 * a small migration does not stand in line at each of its stages, and a large one is passed by for a minute at most.
 */
const headStartSeconds = 60

/** Enqueues stages, in the transaction that made them ready: no stage without a job, no job without a stage. */
export async function enqueueStages(
  trx: Trx,
  schema: string,
  cloud: number,
  migration: number,
  stages: readonly string[],
): Promise<void> {
  for (const stage of stages) await enqueueStage(trx, schema, { migration, stage, cloud }, -headStartSeconds)
}

/**
 * Enqueues one stage. A job of the same stage that waits is replaced; one that runs is not run again.
 *
 * It goes to no named queue. graphile-worker looks for the next job before the one that has ended is off its queue,
 * finds the queue taken, and does not look again before its poll: a stage would wait up to a second for the one before.
 */
async function enqueueStage(db: Db, schema: string, payload: StageJob, delaySeconds: number): Promise<void> {
  await sql`
      select ${sql.ref(schema)}.add_job(
        ${stageTask},
        payload => ${JSON.stringify(payload)}::json,
        run_at => now() + make_interval(secs => ${delaySeconds}),
        max_attempts => ${maxAttempts},
        job_key => ${`${stageTask}:${payload.migration}:${payload.stage}`}
      )`.execute(db)
}

/** A job as graphile-worker gave it to this worker. */
export interface HeldJob {
  readonly id: string
  /** graphile-worker's id of the worker's pool. */
  readonly pool: string
}

/**
 * Whether the job is still this worker's. One that was taken for dead must not end its job: graphile-worker removes it
 * by its id alone, and another worker may run it.
 */
export async function holdsJob(db: Db, schema: string, held: HeldJob | undefined): Promise<boolean> {
  if (held === undefined) return true
  const { rows } = await sql`
    select from ${sql.table(`${schema}._private_jobs`)}
    where id = ${held.id} and locked_by = ${held.pool} for update`.execute(db)
  return rows.length > 0
}

/** Enqueues the stage of a job anew, if the job is still this worker's; answers whether it is. */
export function passOn(
  db: Db,
  schema: string,
  held: HeldJob | undefined,
  payload: StageJob,
  delaySeconds: number,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    if (!(await holdsJob(trx, schema, held))) return false
    await enqueueStage(trx, schema, payload, delaySeconds)
    return true
  })
}

/** Whether work of others than this migration waits for a worker. */
export async function hasWaitingMigrations(db: Db, schema: string, migration: number): Promise<boolean> {
  const { rows } = await sql`
    select from ${sql.table(`${schema}._private_jobs`)} job
      join ${sql.table(`${schema}._private_tasks`)} task on task.id = job.task_id
    where job.is_available and job.run_at <= now() and task.identifier like ${ownTasks}
      and job.payload ->> 'migration' is distinct from ${String(migration)}
    limit 1`.execute(db)
  return rows.length > 0
}
