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

/** A migration as Waldur's clients read it. Every field is always there; none is null. */
export const migrationDetails = Type.Object(
  {
    uuid: uuid("32 hex digits, as all uuids of this answer."),
    created: time("When it was asked for: UTC, microseconds."),
    modified: time("When its record last changed: UTC, microseconds."),
    mappings: Type.Unsafe<Readonly<Record<string, unknown>>>(mapping.schema),
    created_by_uuid: uuid("Who asked for it."),
    created_by_full_name: text("That person's name; may be empty."),
    src_offering_uuid: uuid("Offering of the source."),
    src_offering_name: text("That offering's name."),
    dst_offering_uuid: uuid("Offering of the destination."),
    dst_offering_name: text("That offering's name."),
    src_resource_uuid: uuid("Marketplace resource that is replicated."),
    src_resource_name: text("That resource's name."),
    dst_resource_uuid: uuid("Marketplace resource that was made."),
    dst_resource_name: text("That resource's name."),
    dst_resource_state: text("State of the resource that was made.", ["Creating", "OK", "Erred"]),
    state: text("State of the work; it ends as OK or ERRED.", [
      "CREATION_SCHEDULED",
      "CREATING",
      "OK",
      "ERRED",
    ]),
    error_message: Type.String({ description: "What is missing and why; empty where nothing is." }),
    error_traceback: Type.String({ description: "Every failure; for staff and support, empty for others." }),
  },
  { title: "MigrationDetails", description: "A replication of a tenant." },
)

/** The answer to a create. Waldur's published client for Python reads `src_resource` from it. */
export const migrationCreated = Type.Object(
  {
    ...migrationDetails.properties,
    src_resource: uuid("The resource that was named in the request: the same as `src_resource_uuid`."),
  },
  { title: "MigrationCreate", description: "A replication that was just scheduled." },
)

export type MigrationDetails = Static<typeof migrationDetails>

/** Waldur's form of a time: UTC, microseconds, no fraction where it is zero. JavaScript's dates lose microseconds. */
export function timeText<Text extends string | null = string>(column: string) {
  const time = sql.ref(column)
  return sql<Text>`
    to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') ||
    case when extract(microseconds from ${time})::bigint % 1000000 = 0 then ''
      else to_char(${time} at time zone 'UTC', '.US') end || 'Z'`
}

/** Migrations with the names of what they belong to. */
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

/** @param forStaff whether the reader may see the traceback */
export function serializeMigration(row: MigrationJoin, forStaff: boolean): MigrationDetails {
  return {
    uuid: hex(row.uuid),
    created: row.created,
    modified: row.modified,
    mappings: mappingsAnswer(row.mappings),
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

/** Lists only where they were given; both booleans always; never null, on which Waldur's Python client fails. */
function mappingsAnswer(stored: string | null): Readonly<Record<string, unknown>> {
  const mappings = parseJson<Readonly<Record<string, unknown>> | null>(stored, {}) ?? {}
  const { volume_types, subnets, networks, static_routes } = mappings
  return {
    ...(volume_types !== undefined && { volume_types }),
    ...(subnets !== undefined && { subnets }),
    ...(networks !== undefined && { networks }),
    ...(static_routes !== undefined && { static_routes }),
    skip_connection_extnet: mappings.skip_connection_extnet ?? false,
    sync_instance_ports: mappings.sync_instance_ports ?? false,
  }
}
