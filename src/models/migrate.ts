import { type Migration, Migrator } from "kysely/migration"
import { errors } from "../errors.ts"
import type { Db } from "./database.ts"
import { baseline } from "./migrations/0001-baseline.ts"

const migrations: Readonly<Record<string, Migration>> = {
  "0001-baseline": baseline,
}

/** Names of the migrations of the plugin's own tables, in order. */
export const ownMigrations: readonly string[] = Object.keys(migrations)

/** Schema of the plugin's own tables in the host's database. */
const ownSchema = "openstack_replication"

/** Migrations from before the first release, which the baseline has replaced. Their tables cannot be migrated. */
const beforeBaseline = /^000\d-(run-stage-object|worker|survey-notes|actions|lane|source-calls)$/

/**
 * Migrates the plugin's own tables to this version. Safe when several processes start at once.
 * @throws NEWER_TABLES where a newer version has migrated them, OUTDATED_TABLES where they are from before the first release
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
  const [, unknown] = /previously executed migration (\S+) is missing/.exec(String(error)) ?? []
  if (unknown === undefined) throw error
  throw beforeBaseline.test(unknown) ? errors.outdatedTables(ownSchema) : errors.newerTables(unknown)
}
