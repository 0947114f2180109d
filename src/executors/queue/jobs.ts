import { sql } from "kysely"
import type { Db, Trx } from "../../models/database.ts"

/** SQL pattern of the names of this plugin's tasks. Jobs of other tasks in the queue belong to the host. */
export const ownTasks = "openstack\\_replication\\_%"

/** The task that runs one stage of one migration. */
export const stageTask = "openstack_replication_stage"

export interface StageJob {
  /** Id of the migration's row. */
  readonly migration: number
  readonly stage: string
  /** Id of the destination's service settings, human-readable in a list of jobs. */
  readonly cloud: number
  /** How often the stage has failed with a fault that is not a cloud's. Crashes do not count. */
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
 * A job whose worker dies is run again only while it has attempts left, hence the large number: errors of a cloud are
 * handled inside the stage, and faults are counted in the job.
 */
const maxAttempts = 1_000

/**
 * A stage that becomes ready goes before stages that were requeued less than a minute ago, because other migrations
 * waited. So a small migration does not wait at each of its stages, and a large one waits for at most a minute.
 */
const headStartSeconds = 60

/** Stages of one migration that are ready. */
export interface ReadyStages {
  /** Id of the migration's row. */
  readonly migration: number
  /** Id of the destination's service settings. */
  readonly cloud: number
  readonly stages: readonly string[]
}

/** Enqueues stages in the transaction that made them ready, so that a stage is ready if and only if it has a job. */
export async function enqueueStages(
  trx: Trx,
  schema: string,
  { migration, cloud, stages }: ReadyStages,
): Promise<void> {
  for (const stage of stages) await enqueueStage(trx, schema, { migration, stage, cloud }, -headStartSeconds)
}

/**
 * Enqueues one stage. A waiting job of the same stage is replaced; a running job is not run again.
 *
 * The job is in no named queue. graphile-worker looks for the next job before the last one has left its queue, finds the
 * queue locked, and does not look again before its next poll: a stage would wait up to a second for the stage before.
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
 * Returns whether the job is still locked by this worker. A worker that was fenced must not end its job:
 * graphile-worker removes a job by its id alone, and another worker may run it.
 * @param held undefined: no other worker can have the job
 */
export async function holdsJob(db: Db, schema: string, held: HeldJob | undefined): Promise<boolean> {
  if (held === undefined) return true
  const { rows } = await sql`
    select from ${sql.table(`${schema}._private_jobs`)}
    where id = ${held.id} and locked_by = ${held.pool} for update`.execute(db)
  return rows.length > 0
}

/** Enqueues the stage of a job again. Returns false, and does nothing, where the job is another worker's. */
export function requeueStage(
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

/** Returns whether a job of another migration is ready and waits for a worker. */
export async function hasWaitingMigrations(db: Db, schema: string, migration: number): Promise<boolean> {
  const { rows } = await sql`
    select from ${sql.table(`${schema}._private_jobs`)} job
      join ${sql.table(`${schema}._private_tasks`)} task on task.id = job.task_id
    where job.is_available and job.run_at <= now() and task.identifier like ${ownTasks}
      and job.payload ->> 'migration' is distinct from ${String(migration)}
    limit 1`.execute(db)
  return rows.length > 0
}
