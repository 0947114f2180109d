import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { AvailabilityZone } from "../../openstack/index.ts"
import type { NewTenantRows } from "../destination.ts"
import type { Columns } from "./columns.ts"

/** A table of what a cloud offers, with the table that links its rows to tenants. */
export interface Inventory {
  readonly table: "openstack_flavor" | "openstack_image" | "openstack_volumetype"
  readonly links: string
  /** The column of `links` that refers to `table`. */
  readonly column: string
}

export const flavorInventory: Inventory = {
  table: "openstack_flavor",
  links: "openstack_flavor_tenants",
  column: "flavor_id",
}
export const imageInventory: Inventory = {
  table: "openstack_image",
  links: "openstack_image_tenants",
  column: "image_id",
}
export const typeInventory: Inventory = {
  table: "openstack_volumetype",
  links: "openstack_volumetype_tenants",
  column: "volumetype_id",
}

/**
 * Inserts or updates the rows of what a cloud offers, and links exactly these to the tenant. Rows that others need stay. The
 * order of ids keeps two transactions from waiting for each other.
 */
export async function writeInventory(
  trx: Trx,
  { table, links, column }: Inventory,
  rows: readonly Columns[],
  { tenantId, settingsId }: NewTenantRows,
): Promise<void> {
  const ids = rows.map(({ backend_id }) => backend_id)
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== "backend_id")
  const into = sql.table(table)
  if (names.length > 0) {
    const listed = sql.join(names.map((name) => sql.ref(name)))
    const own = sql.join(names.map((name) => sql.ref(`own.${name}`)))
    const read = sql.join(names.map((name) => sql.ref(`read.${name}`)))
    const given = sql`jsonb_populate_recordset(null::${into}, ${JSON.stringify(rows)}::jsonb)`
    // Only rows that differ are locked: `on conflict do update` locks all of them, and migrations would wait for each other.
    await sql`
      insert into ${into} (uuid, settings_id, backend_id, ${listed})
      select gen_random_uuid(), ${settingsId}::int, backend_id, ${listed} from ${given} order by backend_id
      on conflict (settings_id, backend_id) do nothing`.execute(trx)
    await sql`
      update ${into} own set (${listed}) = row(${read}) from ${given} as read
      where own.settings_id = ${settingsId} and own.backend_id = read.backend_id
        and (${own}) is distinct from (${read})`.execute(trx)
  }
  const offered = sql`select id from ${into} where settings_id = ${settingsId} and backend_id = any(${ids}::text[])`
  await sql`
    delete from ${sql.table(links)}
    where tenant_id = ${tenantId} and ${sql.ref(column)} not in (${offered})`.execute(trx)
  await sql`
    insert into ${sql.table(links)} (${sql.ref(column)}, tenant_id)
    select id, ${tenantId}::int from (${offered}) as offered order by id
    on conflict do nothing`.execute(trx)
}

/** Inserts zones of the tenant. A zone belongs to one tenant of its cloud: one that another tenant has stays as it is. */
export async function writeZones(
  trx: Trx,
  table: "openstack_instanceavailabilityzone" | "openstack_volumeavailabilityzone",
  zones: readonly AvailabilityZone[],
  { tenantId, settingsId }: NewTenantRows,
): Promise<void> {
  if (zones.length === 0) return
  await sql`
    insert into ${sql.table(table)} as own (uuid, name, available, settings_id, tenant_id)
    select gen_random_uuid(), left(zone.name, 150), zone.available, ${settingsId}::int, ${tenantId}::int
    from unnest(
      ${zones.map(({ zoneName }) => zoneName)}::text[],
      ${zones.map(({ zoneState }) => zoneState.available)}::bool[]
    ) as zone (name, available)
    order by zone.name
    on conflict (settings_id, name) do update set available = excluded.available
    where own.tenant_id = excluded.tenant_id`.execute(trx)
}
