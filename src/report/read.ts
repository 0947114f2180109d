import { sql } from "kysely"
import type { Handlers } from "../handlers/index.ts"
import type { Db } from "../models/database.ts"
import { parseJson } from "../models/json.ts"
import { dashed, hex, parseUuid } from "../models/uuid.ts"
import type { MigrationJoin } from "../serializers/migration.ts"
import { buildReport, type Mappings } from "./build.ts"
import { readMarketplace } from "./read-marketplace.ts"
import type { Report } from "./report.ts"

/**
 * Reads the report of a migration from one snapshot. Returns undefined where this plugin does not run the migration.
 * @param isOn whether a handler is on; what the others would have written is not read
 */
export function readReport(
  db: Db,
  migration: MigrationJoin,
  isOn: Handlers["isOn"],
): Promise<Report | undefined> {
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (trx) => {
      const run = await trx
        .selectFrom("openstack_replication.run")
        .selectAll()
        .where("migration_id", "=", migration.id)
        .executeTakeFirst()
      if (run === undefined) return undefined
      const mappings: Mappings = {
        ...parseJson<Mappings | null>(migration.mappings, {}),
        networks: await uuidsOf(trx, run.context.inputs.networkIds ?? []),
      }
      return buildReport({
        migration,
        run,
        ...(await readOwnRows(trx, migration.id)),
        mappings,
        srcCloud: await cloudName(trx, run.src_settings_id),
        dstCloud: await cloudName(trx, run.dst_settings_id),
        names: await namesOf(trx, mappings),
        marketplace: await readMarketplace(trx, migration.id, isOn),
      })
    })
}

/** The stages, objects and actions of a migration, each in the order of the report. */
async function readOwnRows(db: Db, migrationId: number) {
  const stages = await db
    .selectFrom("openstack_replication.stage")
    .selectAll()
    .where("migration_id", "=", migrationId)
    .orderBy(sql`started nulls last`)
    .orderBy("finished")
    .orderBy("name")
    .execute()
  const objects = await db
    .selectFrom("openstack_replication.object")
    .selectAll()
    .where("migration_id", "=", migrationId)
    .orderBy("position")
    .execute()
  const actions = await db
    .selectFrom("openstack_replication.event")
    .select(["at", "data"])
    .where("migration_id", "=", migrationId)
    .where("type", "=", "action")
    .orderBy("number")
    .execute()
  return { stages, objects, actions }
}

/** Returns the uuids of the networks that a request chose, as far as their rows exist. */
async function uuidsOf(db: Db, networkIds: readonly number[]): Promise<readonly string[]> {
  if (networkIds.length === 0) return []
  const rows = await db
    .selectFrom("openstack_network")
    .select("uuid")
    .where("id", "in", [...networkIds])
    .orderBy("id")
    .execute()
  return rows.map(({ uuid }) => hex(uuid))
}

async function cloudName(db: Db, settingsId: number): Promise<string> {
  const settings = await db
    .selectFrom("structure_servicesettings")
    .select("name")
    .where("id", "=", settingsId)
    .executeTakeFirst()
  return settings?.name ?? ""
}

/** Names of the networks and volume types that a request refers to, by uuid in 32 hex digits. */
async function namesOf(
  db: Db,
  { volume_types: types = [], networks = [] }: Mappings,
): Promise<ReadonlyMap<string, string>> {
  const uuids = [
    ...networks,
    ...types.flatMap(({ src_type_uuid, dst_type_uuid }) => [src_type_uuid, dst_type_uuid]),
  ]
    .flatMap((uuid) => parseUuid(uuid) ?? [])
    .map(dashed)
  if (uuids.length === 0) return new Map()
  const rows = await Promise.all(
    (["openstack_network", "openstack_volumetype"] as const).map((table) =>
      db.selectFrom(table).select(["uuid", "name"]).where("uuid", "in", uuids).execute(),
    ),
  )
  return new Map(rows.flat().map(({ uuid, name }) => [hex(uuid), name]))
}
