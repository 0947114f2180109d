import { type Migration, Migrator } from "kysely/migration"
import { errors } from "../errors.ts"
import type { Db } from "./database.ts"
import { runStageObject } from "./migrations/0001-run-stage-object.ts"
import { worker } from "./migrations/0002-worker.ts"
import { surveyNotes } from "./migrations/0003-survey-notes.ts"
import { actions } from "./migrations/0004-actions.ts"
import { lane } from "./migrations/0005-lane.ts"
import { sourceCalls } from "./migrations/0006-source-calls.ts"

const migrations: Readonly<Record<string, Migration>> = {
  "0001-run-stage-object": runStageObject,
  "0002-worker": worker,
  "0003-survey-notes": surveyNotes,
  "0004-actions": actions,
  "0005-lane": lane,
  "0006-source-calls": sourceCalls,
}

/** Names of the migrations of the plugin's own tables. */
export const ownMigrations: readonly string[] = Object.keys(migrations)

/** Schema of the plugin's own tables in the host's database. */
const ownSchema = "openstack_replication"

/**
 * Brings the plugin's own tables to the newest form. Safe when several processes start at once.
 * @throws NEWER_TABLES where a newer version has been here
 */
export async function migrateOwnTables(db: Db): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableSchema: ownSchema,
    migrationTableName: "schema_migration",
    migrationLockTableName: "schema_migration_lock",
  })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  const [, newer] = /previously executed migration (\S+) is missing/.exec(String(error)) ?? []
  throw newer === undefined ? error : errors.newerTables(newer)
}
