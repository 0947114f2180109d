import { sql } from "kysely"
import type { Db } from "../models/database.ts"
import { parseJson } from "../models/json.ts"
import { dashed, hex, parseUuid } from "../models/uuid.ts"
import type { MigrationJoin } from "../serializers/migration.ts"
import { buildReport, type Mappings } from "./build.ts"
import type { Report } from "./report.ts"

/**
 * The report of a migration as it is at one moment. undefined: this plugin does not run it.
 */
export function readReport(db: Db, migration: MigrationJoin): Promise<Report | undefined> {
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
      const stages = await trx
        .selectFrom("openstack_replication.stage")
        .selectAll()
        .where("migration_id", "=", migration.id)
        .orderBy(sql`started nulls last`)
        .orderBy("finished")
        .orderBy("name")
        .execute()
      const objects = await trx
        .selectFrom("openstack_replication.object")
        .selectAll()
        .where("migration_id", "=", migration.id)
        .orderBy("position")
        .execute()
      const actions = await trx
        .selectFrom("openstack_replication.event")
        .select(["at", "data"])
        .where("migration_id", "=", migration.id)
        .where("type", "=", "action")
        .orderBy("number")
        .execute()
      const mappings = parseJson<Mappings | null>(migration.mappings, {}) ?? {}
      return buildReport({
        migration,
        run,
        stages,
        objects,
        actions,
        mappings,
        srcCloud: await cloudName(trx, run.src_settings_id),
        dstCloud: await cloudName(trx, run.dst_settings_id),
        names: await namesOf(trx, mappings),
      })
    })
}

async function cloudName(db: Db, settingsId: number): Promise<string> {
  const settings = await db
    .selectFrom("structure_servicesettings")
    .select("name")
    .where("id", "=", settingsId)
    .executeTakeFirst()
  return settings?.name ?? ""
}

/** Names of the networks and volume types that a request names. */
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
