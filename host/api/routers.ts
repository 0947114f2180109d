import { sql } from "kysely"
import { jsonArrayFrom } from "kysely/helpers/postgres"
import { parseJson } from "../../src/models/json.ts"
import { hex } from "../../src/models/uuid.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { givenOrNull } from "./forms.ts"
import { ownedColumns, ownedFilters, showOwned } from "./owned.ts"
import { groupsOfPort, showGroups } from "./port-groups.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_router as row")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "row.tenant_id")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.service_settings_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .select(ownedColumns())
    .select(["row.routes", "row.fixed_ips"])
    .select(portsOfRouter(db).as("ports"))
}

/** The ports whose device is the router in the cloud. A router without a backend_id has none. */
function portsOfRouter(db: HostDb) {
  return jsonArrayFrom(
    db
      .selectFrom("openstack_port as port")
      .leftJoin("openstack_subnet as subnet", "subnet.id", "port.subnet_id")
      .select(["port.uuid", "port.fixed_ips", "port.mac_address", "port.allowed_address_pairs"])
      .select(["port.device_id", "port.device_owner"])
      .select(["subnet.uuid as subnet_uuid", "subnet.name as subnet_name", "subnet.cidr as subnet_cidr"])
      .select("subnet.description as subnet_description")
      .select(groupsOfPort(db, sql.ref("port.id")).as("groups"))
      .where(sql<boolean>`port.device_id = ${sql.ref("row.backend_id")}`)
      .where(sql<boolean>`port.tenant_id = ${sql.ref("row.tenant_id")}`)
      .where("port.device_id", "<>", "")
      .orderBy("port.id"),
  )
}

type RouterRow = RowsOf<typeof select>

function showRouter(row: RouterRow, view: View): Shown {
  return {
    ...showOwned("openstack-routers", row, view),
    routes: parseJson(row.routes, []),
    fixed_ips: showRouterAddresses(row),
    ports: row.ports.map((port) => showRouterPort(port, view)),
    offering_external_ips: [],
  }
}

interface FixedIp {
  readonly ip_address: string
  readonly subnet_id?: string
}

/** Adds the subnets, which clients of Waldur read and its column of the router does not contain, from the router's ports. */
function showRouterAddresses({ fixed_ips, ports }: RouterRow): readonly FixedIp[] {
  const ofPorts = ports.flatMap((port) => parseJson<readonly FixedIp[]>(port.fixed_ips, []))
  return parseJson<readonly (string | FixedIp)[]>(fixed_ips, []).map((one) => {
    if (typeof one !== "string") return one
    return ofPorts.find(({ ip_address }) => ip_address === one) ?? { ip_address: one }
  })
}

function showRouterPort(port: RouterRow["ports"][number], view: View): Shown {
  return {
    url: view.url("openstack-ports", port.uuid),
    uuid: hex(port.uuid),
    fixed_ips: parseJson(port.fixed_ips, []),
    mac_address: port.mac_address,
    allowed_address_pairs: parseJson(port.allowed_address_pairs, []),
    device_id: port.device_id,
    device_owner: port.device_owner,
    subnet: givenOrNull(port.subnet_uuid, (uuid) => view.url("openstack-subnets", uuid)),
    subnet_uuid: givenOrNull(port.subnet_uuid, hex),
    subnet_name: port.subnet_name,
    subnet_description: port.subnet_description,
    subnet_cidr: port.subnet_cidr,
    security_groups: showGroups(port.groups, view),
  }
}

export const routers = endpoint({
  path: "openstack-routers",
  model: "Router",
  select,
  visible: inOwnProject,
  filters: ownedFilters,
  order: "row.name",
  show: showRouter,
})
