import { sql } from "kysely"
import { parseJson } from "../../src/models/json.ts"
import { hex } from "../../src/models/uuid.ts"
import { endpoint, type Filter, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { contains, exactly, uuid } from "./filters.ts"
import { column, given, givenOrNull } from "./forms.ts"
import { ownedColumns, ownedFilters, showOwned } from "./owned.ts"
import { groupsOfPort, showGroups } from "./port-groups.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_port as row")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "row.tenant_id")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.service_settings_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .leftJoin("openstack_network as network", "network.id", "row.network_id")
    .select(ownedColumns())
    .select(["network.uuid as network_uuid", "network.name as network_name"])
    .select(["row.fixed_ips", "row.mac_address", "row.allowed_address_pairs", "row.device_id"])
    .select(["row.device_owner", "row.port_security_enabled"])
    .select(groupsOfPort(db, sql.ref("row.id")).as("groups"))
}

type PortRow = RowsOf<typeof select>

function showPort(row: PortRow, view: View): Shown {
  return {
    ...showOwned("openstack-ports", row, view),
    fixed_ips: parseJson(row.fixed_ips, []),
    mac_address: row.mac_address,
    allowed_address_pairs: parseJson(row.allowed_address_pairs, []),
    network: givenOrNull(row.network_uuid, (uuid) => view.url("openstack-networks", uuid)),
    network_uuid: given(row.network_uuid, hex),
    network_name: row.network_name ?? undefined,
    device_id: row.device_id,
    device_owner: row.device_owner,
    port_security_enabled: row.port_security_enabled,
    security_groups: showGroups(row.groups, view),
    // Waldur's tables have neither.
    admin_state_up: null,
    status: null,
  }
}

const hasOwner: Filter = ([sent]) => {
  const owned = sql<boolean>`coalesce(${column("row.device_owner")}, '') <> ''`
  if (sent === "true") return owned
  return sent === "false" ? sql`not ${owned}` : undefined
}

export const ports = endpoint({
  path: "openstack-ports",
  model: "Port",
  select,
  visible: inOwnProject,
  filters: {
    ...ownedFilters,
    network_uuid: uuid("network.uuid"),
    network_name: contains("network.name"),
    device_id: exactly("row.device_id"),
    device_owner: exactly("row.device_owner"),
    has_device_owner: hasOwner,
    mac_address: contains("row.mac_address"),
    // The status of ports is not stored, so no port has the requested one.
    status: () => sql`false`,
    query: contains("row.name", "row.backend_id", "row.mac_address"),
  },
  orders: {
    created: "row.created",
    name: "row.name",
    mac_address: "row.mac_address",
    device_owner: "row.device_owner",
    network_name: "network.name",
  },
  order: "row.name",
  show: showPort,
})
