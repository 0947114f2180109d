import type { Db } from "../../models/database.ts"
import type { CallRecord } from "../../openstack/types.ts"
import type { StageJob } from "../queue/jobs.ts"
import type { Log } from "./log.ts"

/** What every line about a stage says of where it happened. */
export interface StagePlace {
  /** The migration's uuid as the API shows it; absent while the database cannot tell. */
  readonly migration?: string
  /** Id of the migration's row. */
  readonly migrationId: number
  readonly stage: string
  /** Name of the destination's service settings. */
  readonly cloud?: string
}

/** Where a job works. A database that does not answer leaves what the job itself says. */
export async function placeOf(db: Db, { migration, stage }: StageJob): Promise<StagePlace> {
  const found = await db
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("openstack_replication.run as run", "run.migration_id", "migration.id")
    .innerJoin("structure_servicesettings as settings", "settings.id", "run.dst_settings_id")
    .select(["migration.uuid", "settings.name as cloud"])
    .where("migration.id", "=", migration)
    .executeTakeFirst()
    .catch(() => undefined)
  const known = found && { migration: found.uuid.replaceAll("-", ""), cloud: found.cloud }
  return { ...known, migrationId: migration, stage }
}

/** A call in the log: where a cloud did not do as asked in a way that passes, for everybody; else for those who look closely. */
export function logCall(log: Log, place: StagePlace, call: CallRecord, cloud: string): void {
  const { service, method, path, status, requestId } = call
  const line = { ...place, cloud, service, method, path, status, requestId, ms: Math.round(call.durationMs) }
  if (status === 0 || status === 429 || status >= 500) log.info(line, "a call to a cloud failed")
  else log.debug?.(line, "call to a cloud")
}

/** Objects that are told one by one at the end of a stage; of more, the migration's list of objects tells. */
const namedMost = 20

/**
 * The end of a stage in one line with its counts, after a line for each object that was not made. The stage has ended
 * by then: a database that does not answer costs the counts only.
 */
export async function logStageEnd(db: Db, log: Log, place: StagePlace, ms: number): Promise<void> {
  const counts = await countsOf(db, place).catch(() => ({}))
  await logFailures(db, log, place).catch(() => undefined)
  log.info({ ...place, ...counts, ms: Math.round(ms) }, "stage ended")
}

async function countsOf(db: Db, { migrationId, stage }: StagePlace): Promise<object> {
  const work = await db
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
  return { ...work, objects: Object.fromEntries(counts.map(({ state, count }) => [state, Number(count)])) }
}

async function logFailures(db: Db, log: Log, place: StagePlace): Promise<void> {
  const failed = await db
    .selectFrom("openstack_replication.object")
    .select(["name", "key", "reason", "error"])
    .where("migration_id", "=", place.migrationId)
    .where("kind", "=", place.stage)
    .where("state", "=", "failed")
    .orderBy("position")
    .limit(namedMost)
    .execute()
  for (const { name, key, reason, error } of failed) {
    log.warn({ ...place, object: name, key, reason, ...error }, "an object was not made")
  }
}
