import { type Static, Type } from "@sinclair/typebox"
import { sql } from "kysely"
import { coreStateName, resourceStateName } from "../models/codes.ts"
import type { Db } from "../models/database.ts"
import { parseJson } from "../models/json.ts"
import { hex } from "../models/uuid.ts"
import { mapping } from "./create-request.ts"

const readOnly = true

const uuid = (description: string) => Type.String({ format: "uuid", readOnly, description })

const time = (description: string) => Type.String({ format: "date-time", readOnly, description })

const text = (description: string, examples?: string[]) =>
  Type.String({ readOnly, description, ...(examples && { examples }) })

/** A migration as Waldur's clients read it. Every field is present and none is null. */
export const migrationDetails = Type.Object(
  {
    uuid: uuid("uuid of the migration: 32 hex digits, as all uuids of this response."),
    created: time("When it was requested, in UTC with microseconds."),
    modified: time("When its record changed last, in UTC with microseconds."),
    mappings: Type.Unsafe<Readonly<Record<string, unknown>>>(mapping.schema),
    created_by_uuid: uuid("User who requested it."),
    created_by_full_name: text("Name of that user; may be empty."),
    src_offering_uuid: uuid("Offering of the source resource."),
    src_offering_name: text("Name of that offering."),
    dst_offering_uuid: uuid("Offering of the destination resource."),
    dst_offering_name: text("Name of that offering."),
    src_resource_uuid: uuid("Marketplace resource that is replicated."),
    src_resource_name: text("Name of that resource."),
    dst_resource_uuid: uuid("Marketplace resource that was created."),
    dst_resource_name: text("Name of that resource."),
    dst_resource_state: text("State of the destination resource.", ["Creating", "OK", "Erred"]),
    state: text("State of the migration. It ends as OK or ERRED.", [
      "CREATION_SCHEDULED",
      "CREATING",
      "OK",
      "ERRED",
    ]),
    error_message: Type.String({ description: "What is missing and why; empty where nothing is missing." }),
    error_traceback: Type.String({
      description: "All failures, for staff and support; empty for other users.",
    }),
  },
  { title: "MigrationDetails", description: "One replication of a tenant." },
)

/** The response to a create. Waldur's published Python client reads `src_resource` from it. */
export const migrationCreated = Type.Object(
  {
    ...migrationDetails.properties,
    src_resource: uuid("The source resource of the request; the same as `src_resource_uuid`."),
  },
  { title: "MigrationCreate", description: "A migration that was just scheduled." },
)

export type MigrationDetails = Static<typeof migrationDetails>

/**
 * Selects a time in Waldur's format: UTC with microseconds, without a fraction where it is zero. PostgreSQL formats it
 * because dates of JavaScript lose the microseconds.
 */
export function timeText<Text extends string | null = string>(column: string) {
  const time = sql.ref(column)
  return sql<Text>`
    to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') ||
    case when extract(microseconds from ${time})::bigint % 1000000 = 0 then ''
      else to_char(${time} at time zone 'UTC', '.US') end || 'Z'`
}

/** Selects migrations with the names of their user, offerings and resources. */
export function selectMigrations(db: Db) {
  return db
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("core_user as creator", "creator.id", "migration.created_by_id")
    .innerJoin("marketplace_resource as src", "src.id", "migration.src_resource_id")
    .innerJoin("marketplace_resource as dst", "dst.id", "migration.dst_resource_id")
    .innerJoin("marketplace_offering as src_offering", "src_offering.id", "src.offering_id")
    .innerJoin("marketplace_offering as dst_offering", "dst_offering.id", "dst.offering_id")
    .select([
      "migration.id",
      "migration.uuid",
      timeText("migration.created").as("created"),
      timeText("migration.modified").as("modified"),
      "migration.mappings",
      "migration.state",
      "migration.error_message",
      "migration.error_traceback",
      "migration.created_by_id",
      "creator.uuid as created_by_uuid",
      "creator.first_name",
      "creator.last_name",
      "src_offering.uuid as src_offering_uuid",
      "src_offering.name as src_offering_name",
      "dst_offering.uuid as dst_offering_uuid",
      "dst_offering.name as dst_offering_name",
      "src.uuid as src_resource_uuid",
      "src.name as src_resource_name",
      "dst.uuid as dst_resource_uuid",
      "dst.name as dst_resource_name",
      "dst.state as dst_resource_state",
    ])
}

export type MigrationJoin = Awaited<ReturnType<ReturnType<typeof selectMigrations>["execute"]>>[number]

/** Returns a migration as the API shows it. @param forStaff whether the user may see the traceback */
export function serializeMigration(row: MigrationJoin, forStaff: boolean): MigrationDetails {
  return {
    uuid: hex(row.uuid),
    created: row.created,
    modified: row.modified,
    mappings: serializeMappings(row.mappings),
    created_by_uuid: hex(row.created_by_uuid),
    created_by_full_name: `${row.first_name} ${row.last_name}`.trim(),
    src_offering_uuid: hex(row.src_offering_uuid),
    src_offering_name: row.src_offering_name,
    dst_offering_uuid: hex(row.dst_offering_uuid),
    dst_offering_name: row.dst_offering_name,
    src_resource_uuid: hex(row.src_resource_uuid),
    src_resource_name: row.src_resource_name,
    dst_resource_uuid: hex(row.dst_resource_uuid),
    dst_resource_name: row.dst_resource_name,
    dst_resource_state: resourceStateName(row.dst_resource_state),
    state: coreStateName(row.state),
    error_message: row.error_message,
    error_traceback: forStaff ? row.error_traceback : "",
  }
}

/** Lists are present only where they were given, both booleans always. None is null: Waldur's Python client fails on it. */
function serializeMappings(stored: string | null): Readonly<Record<string, unknown>> {
  const mappings = parseJson<Readonly<Record<string, unknown>> | null>(stored, {}) ?? {}
  const { volume_types, subnets } = mappings
  return {
    ...(volume_types !== undefined && { volume_types }),
    ...(subnets !== undefined && { subnets }),
    skip_connection_extnet: mappings.skip_connection_extnet ?? false,
    sync_instance_ports: mappings.sync_instance_ports ?? false,
  }
}
