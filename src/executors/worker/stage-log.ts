import type { Db } from "../../models/database.ts"
import type { CallRecord } from "../../openstack/cloud/types.ts"
import type { StageJob } from "../queue/jobs.ts"
import type { Log } from "./log.ts"

/** The fields of every log message about a stage: where it happened. */
export interface StagePlace {
  /** The migration's uuid as the API shows it; absent where the database does not answer. */
  readonly migration?: string
  /** Id of the migration's row. */
  readonly migrationId: number
  readonly stage: string
  /** Name of the destination's service settings. */
  readonly cloud?: string
}

/** Returns the place of a job. Where the database does not answer, it has only what is in the job. */
export async function placeOf(db: Db, { migration, stage }: StageJob): Promise<StagePlace> {
  const found = await db
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("openstack_replication.run as run", "run.migration_id", "migration.id")
    .innerJoin("structure_servicesettings as settings", "settings.id", "run.dst_settings_id")
    .select(["migration.uuid", "settings.name as cloud"])
    .where("migration.id", "=", migration)
    .executeTakeFirst()
    .catch(() => undefined)
  const names = found && { migration: found.uuid.replaceAll("-", ""), cloud: found.cloud }
  return { ...names, migrationId: migration, stage }
}

/** Logs a call to a cloud: at level info where it failed in a way that may pass, else at level debug. */
export function logCall(log: Log, place: StagePlace, call: CallRecord, cloud: string): void {
  const { service, method, path, status, requestId } = call
  const fields = {
    ...place,
    cloud,
    service,
    method,
    path,
    status,
    requestId,
    ms: Math.round(call.durationMs),
  }
  if (status === 0 || status === 429 || status >= 500) log.info(fields, "call to a cloud failed")
  else log.debug?.(fields, "call to a cloud")
}

/** Failed objects that get a log message each; the API lists all of them. */
const maxFailures = 20

/**
 * Logs the end of a stage with its counts, after a message for each failed object. Where the database does not answer,
 * only the counts are missing: the stage has ended all the same.
 */
export async function logStageEnd(db: Db, log: Log, place: StagePlace, ms: number): Promise<void> {
  const counts = await countsOf(db, place).catch(() => ({}))
  await logFailures(db, log, place).catch(() => undefined)
  log.info({ ...place, ...counts, ms: Math.round(ms) }, "stage ended")
}

async function countsOf(db: Db, { migrationId, stage }: StagePlace): Promise<object> {
  const totals = await db
    .selectFrom("openstack_replication.stage")
    .select(["attempt", "calls", "writes"])
    .where("migration_id", "=", migrationId)
    .where("name", "=", stage)
    .executeTakeFirst()
  const counts = await db
    .selectFrom("openstack_replication.object")
    .select(["state", (eb) => eb.fn.countAll<string>().as("count")])
    .where("migration_id", "=", migrationId)
    .where("kind", "=", stage)
    .groupBy("state")
    .execute()
  return { ...totals, objects: Object.fromEntries(counts.map(({ state, count }) => [state, Number(count)])) }
}

async function logFailures(db: Db, log: Log, place: StagePlace): Promise<void> {
  const failed = await db
    .selectFrom("openstack_replication.object")
    .select(["name", "key", "reason", "error"])
    .where("migration_id", "=", place.migrationId)
    .where("kind", "=", place.stage)
    .where("state", "=", "failed")
    .orderBy("position")
    .limit(maxFailures)
    .execute()
  for (const { name, key, reason, error } of failed) {
    log.warn({ ...place, object: name, key, reason, ...error }, "object not created")
  }
}
