import { sql } from "kysely"
import { kinds } from "../../kinds/index.ts"
import type { AnyKind } from "../../kinds/kind.ts"
import type { Trx } from "../../models/database.ts"
import { kindText } from "../../planning/kind-names.ts"

/** Ids of a migration and of the tenant that it created. */
export interface OwnTenant {
  readonly migrationId: number
  readonly tenantId: number
}

/** Tables of what only people create in a tenant, by the name of one row. */
const usersTables = {
  instance: "openstack_instance",
  volume: "openstack_volume",
  snapshot: "openstack_snapshot",
  "floating IP": "openstack_floatingip",
} as const

/**
 * SQL: the ids of a migration's objects in the cloud. An interface of a router is the port that belongs to it; Waldur's pull
 * stores that port as a row.
 */
function backendIds(migrationId: number) {
  return sql`
    select split_part(object.backend_id, '/', 1) from openstack_replication.object as object
    where object.migration_id = ${migrationId} and object.backend_id is not null`
}

/**
 * Returns what the host's rows show in the tenant and this migration did not create. A row whose object this migration
 * created in the cloud is its own, whoever wrote the row: Waldur's pull writes rows too. Ports of the cloud itself, e.g. for
 * DHCP, do not count.
 */
export async function rowsInUse(trx: Trx, { migrationId, tenantId }: OwnTenant): Promise<readonly string[]> {
  const found: string[] = []
  for (const { name, rows: { table } = {} } of kinds) {
    if (table === undefined) continue
    const isCloudsOwn =
      table === "openstack_port" ? sql`coalesce(row.device_owner like 'network:%', false)` : sql`false`
    const { rows } = await sql<{ name: string }>`
      select coalesce(nullif(row.name, ''), nullif(row.backend_id, ''), row.id::text) as name from ${sql.table(table)} as row
      where row.tenant_id = ${tenantId} and not ${isCloudsOwn}
        and not exists (
          select from openstack_replication.object as object
          where object.migration_id = ${migrationId} and object.kind = ${name} and object.row_id = row.id
        )
        and row.backend_id not in (${backendIds(migrationId)})
      order by row.id`.execute(trx)
    found.push(...rows.map((row) => `${kindText(name)} "${row.name}"`))
  }
  for (const [text, table] of Object.entries(usersTables)) {
    const { rows } = await sql<{ name: string }>`
      select coalesce(nullif(name, ''), nullif(backend_id, ''), id::text) as name from ${sql.table(table)}
      where tenant_id = ${tenantId} order by id`.execute(trx)
    found.push(...rows.map((row) => `${text} "${row.name}"`))
  }
  return found
}

/**
 * Returns the rows of a kind that Waldur's pull wrote for objects that the rollback has removed, and that went with them:
 * the ports of the cloud itself in a removed network, and the rules of a removed group.
 */
export async function pulledRows(
  trx: Trx,
  kind: AnyKind,
  { migrationId, tenantId }: OwnTenant,
): Promise<readonly number[]> {
  const removed = (name: string) => sql`
    select row_id from openstack_replication.object
    where migration_id = ${migrationId} and kind = ${name} and state = 'removed' and row_id is not null`
  if (kind.name === "security_group_rule") {
    return ids(
      sql<{ id: number }>`
        select id from openstack_securitygrouprule as row
        where security_group_id in (${removed("security_group")})
          and not exists (${planned(migrationId, kind)})`.execute(trx),
    )
  }
  if (kind.rows?.table === undefined) return []
  const wentAlong =
    kind.name === "port"
      ? sql`row.device_owner like 'network:%' and row.network_id in (${removed("network")})`
      : sql`false`
  return ids(
    sql<{ id: number }>`
      select row.id from ${sql.table(kind.rows.table)} as row
      where row.tenant_id = ${tenantId} and not exists (${planned(migrationId, kind)})
        and (row.backend_id in (${backendIds(migrationId)} and object.state = 'removed') or (${wentAlong}))`.execute(
      trx,
    ),
  )
}

/** SQL: the plan's object whose row is `row`. */
function planned(migrationId: number, kind: AnyKind) {
  return sql`
    select from openstack_replication.object as own
    where own.migration_id = ${migrationId} and own.kind = ${kind.name} and own.row_id = row.id`
}

async function ids(
  result: Promise<{ readonly rows: readonly { readonly id: number }[] }>,
): Promise<readonly number[]> {
  return (await result).rows.map(({ id }) => id)
}
