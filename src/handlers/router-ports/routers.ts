import { sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import { textJson } from "../../models/rows.ts"
import { hex } from "../../models/uuid.ts"
import type { Port } from "../../openstack/index.ts"
import type { NewTenantRows } from "../destination.ts"

/** Beginnings of addresses that the cloud uses by itself. */
const ownAddresses = ["169.254", "fe80::"]

/** Returns the addresses of each router, by the cloud's id. The port of an external gateway is not in the project. Pure. */
function routerAddresses(ports: readonly Port[]): ReadonlyMap<string, readonly string[]> {
  const addresses = ports.flatMap(({ device_id: router, fixed_ips }) =>
    fixed_ips
      .filter(({ ip_address }) => !ownAddresses.some((start) => ip_address.startsWith(start)))
      .map(({ ip_address: address }) => ({ router, address })),
  )
  const byRouter = Map.groupBy(addresses, ({ router }) => router)
  return new Map([...byRouter].map(([router, found]) => [router, found.map(({ address }) => address)]))
}

/** Writes the addresses of the tenant's routers, into their rows and into the metadata of the resource. */
export async function writeAddresses(
  trx: Trx,
  ports: readonly Port[],
  { tenantId, resourceId }: NewTenantRows,
): Promise<void> {
  const addresses = routerAddresses(ports)
  const routers = await trx
    .selectFrom("openstack_router")
    .select(["id", "uuid", "backend_id"])
    .where("tenant_id", "=", tenantId)
    .orderBy("id")
    .execute()
  const seen = routers.map((row) => ({ ...row, addresses: addresses.get(row.backend_id) ?? [] }))
  await sql`
    update openstack_router router set fixed_ips = seen.fixed_ips, modified = now()
    from unnest(
      ${seen.map(({ id }) => id)}::int[], ${seen.map((router) => textJson(router.addresses))}::text[]
    ) as seen (id, fixed_ips)
    where router.id = seen.id and router.fixed_ips <> seen.fixed_ips`.execute(trx)
  const connected = seen.filter((router) => router.addresses.length > 0)
  if (connected.length === 0) return
  const metadata = {
    routers: Object.fromEntries(connected.map((router) => [hex(router.uuid), router.addresses])),
    router_fixed_ips: [...new Set(connected.flatMap((router) => router.addresses))],
  }
  await sql`
    update marketplace_resource set backend_metadata = backend_metadata || ${JSON.stringify(metadata)}::jsonb, modified = now()
    where id = ${resourceId}`.execute(trx)
}
