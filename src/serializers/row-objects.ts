import type { Kysely } from "kysely"
import { CoreState } from "../models/codes.ts"
import { contentTypeId } from "../models/content-types.ts"
import type { Database, Db } from "../models/database.ts"
import { readTenantRows } from "../models/tenant-rows.ts"
import { hex } from "../models/uuid.ts"
import type { KindName } from "../planning/kind-names.ts"
import type { MigrationObject } from "./objects.ts"

/** A row of an OpenStack object of Waldur's. */
interface ObjectRow {
  readonly uuid: string
  readonly name: string
  readonly backend_id: string | null
  readonly state: number
  readonly error_message: string
}

/**
 * Returns the objects of a migration that another server ran, as far as the host's rows show them: without rules, which have
 * no state, and without sources. Returns an empty list where the tenant is deleted.
 */
export async function readRowObjects(db: Db, migrationId: number): Promise<readonly MigrationObject[]> {
  const tenant = await findTenant(db, migrationId)
  if (tenant === undefined) return []
  const rows = await readTenantRows(db, tenant)
  const byKind: readonly (readonly [KindName, readonly ObjectRow[]])[] = [
    ["project", [rows.tenant]],
    ["network", rows.networks],
    ["subnet", rows.subnets],
    ["router", rows.routers],
    ["security_group", rows.groups],
    ["port", rows.ports],
  ]
  return byKind.flatMap(([kind, objects]) => objects.map((row) => rowObject(kind, row)))
}

async function findTenant(db: Kysely<Database>, migrationId: number): Promise<number | undefined> {
  const found = await db
    .selectFrom("waldur_openstack_replication_migration as migration")
    .innerJoin("marketplace_resource as resource", "resource.id", "migration.dst_resource_id")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "resource.object_id")
    .select("tenant.id")
    .where("migration.id", "=", migrationId)
    .where("resource.content_type_id", "=", await contentTypeId(db, "openstack", "tenant"))
    .executeTakeFirst()
  return found?.id
}

function rowObject(kind: KindName, row: ObjectRow): MigrationObject {
  return {
    kind,
    key: hex(row.uuid),
    name: row.name,
    source: "",
    destination: row.backend_id ?? "",
    state: objectState(row),
    create_requests: 0,
    reason: row.error_message,
    error: null,
    mapped: [],
    dropped: [],
    differences: [],
  }
}

function objectState({ state, backend_id }: ObjectRow): MigrationObject["state"] {
  if (state === CoreState.ERRED) return "failed"
  if (state === CoreState.CREATION_SCHEDULED) return "planned"
  return state === CoreState.CREATING || !backend_id ? "creating" : "done"
}
