import { sql } from "kysely"
import { CoreState } from "../../models/codes.ts"
import type { Trx } from "../../models/database.ts"
import { textJson } from "../../models/rows.ts"
import type { Port } from "../../openstack/index.ts"
import type { NewTenantRows } from "../destination.ts"

/**
 * Inserts rows of interface ports whose router has a row in the tenant. The table has no unique key for a tenant's ports: the
 * caller has locked the tenant, and a port that has a row, e.g. one that Waldur's pull wrote, gets no other.
 * @returns the ids of the new rows
 */
export async function insertInterfacePorts(
  trx: Trx,
  ports: readonly Port[],
  { tenantId }: NewTenantRows,
  now: Date,
): Promise<readonly number[]> {
  if (ports.length === 0) return []
  const { rows } = await sql<{ id: number }>`
    insert into openstack_port (
      created, modified, uuid, name, description, error_message, error_traceback, state, project_id, service_settings_id,
      backend_id, mac_address, allowed_address_pairs, network_id, tenant_id, fixed_ips, device_id, device_owner,
      port_security_enabled, instance_id, subnet_id)
    select ${now}, ${now}, gen_random_uuid(), left(port.name, 150), left(port.description, 2000), '', '', ${CoreState.OK},
      tenant.project_id, tenant.service_settings_id, port.backend_id, port.mac, '[]', network.id, tenant.id,
      port.fixed_ips, port.device_id, port.device_owner, port.secure, null, subnet.id
    from openstack_tenant tenant cross join unnest(
        ${ports.map(({ id }) => id)}::text[],
        ${ports.map(({ name }) => name)}::text[],
        ${ports.map(({ description }) => description ?? "")}::text[],
        ${ports.map(({ mac_address }) => mac_address)}::text[],
        ${ports.map(({ network_id }) => network_id)}::text[],
        ${ports.map(({ fixed_ips }) => textJson(fixed_ips.map(fixedIp)))}::text[],
        ${ports.map(({ fixed_ips }) => fixed_ips[0]?.subnet_id ?? "")}::text[],
        ${ports.map(({ device_id }) => device_id)}::text[],
        ${ports.map(({ device_owner }) => device_owner)}::text[],
        ${ports.map(({ port_security_enabled }) => port_security_enabled ?? false)}::bool[]
      ) with ordinality as port (
        backend_id, name, description, mac, network, fixed_ips, subnet, device_id, device_owner, secure, position)
      left join openstack_network network on network.tenant_id = tenant.id and network.backend_id = port.network
      left join openstack_subnet subnet on subnet.tenant_id = tenant.id and subnet.backend_id = port.subnet
    where tenant.id = ${tenantId}
      and exists (select from openstack_router where tenant_id = tenant.id and backend_id = port.device_id)
      and not exists (select from openstack_port where tenant_id = tenant.id and backend_id = port.backend_id)
    order by port.position
    returning id`.execute(trx)
  return rows.map(({ id }) => id)
}

/** An address as Waldur writes it: two members in this order. */
function fixedIp({ subnet_id, ip_address }: Port["fixed_ips"][number]) {
  return { subnet_id, ip_address }
}
