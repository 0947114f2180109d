import { parseJson } from "../../src/models/json.ts"
import { hex } from "../../src/models/uuid.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { flag, uuid } from "./filters.ts"
import { ownedColumns, ownedFilters, showOwned } from "./owned.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_subnet as row")
    .innerJoin("openstack_network as network", "network.id", "row.network_id")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "row.tenant_id")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.service_settings_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .select(ownedColumns())
    .select(["network.uuid as network_uuid", "network.name as network_name"])
    .select(["row.cidr", "row.gateway_ip", "row.disable_gateway", "row.allocation_pools", "row.ip_version"])
    .select(["row.enable_dhcp", "row.dns_nameservers", "row.host_routes", "row.is_connected"])
}

type SubnetRow = RowsOf<typeof select>

function showSubnet(row: SubnetRow, view: View): Shown {
  return {
    ...showOwned("openstack-subnets", row, view),
    network: view.url("openstack-networks", row.network_uuid),
    network_uuid: hex(row.network_uuid),
    network_name: row.network_name,
    cidr: row.cidr,
    gateway_ip: row.gateway_ip,
    disable_gateway: row.disable_gateway,
    allocation_pools: parseJson(row.allocation_pools, []),
    ip_version: row.ip_version,
    enable_dhcp: row.enable_dhcp,
    dns_nameservers: parseJson(row.dns_nameservers, []),
    host_routes: parseJson(row.host_routes, []),
    is_connected: row.is_connected,
  }
}

export const subnets = endpoint({
  path: "openstack-subnets",
  model: "SubNet",
  select,
  visible: inOwnProject,
  filters: { ...ownedFilters, network_uuid: uuid("network.uuid"), enable_dhcp: flag("row.enable_dhcp") },
  order: "row.name",
  show: showSubnet,
})
