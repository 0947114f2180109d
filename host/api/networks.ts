import { jsonArrayFrom } from "kysely/helpers/postgres"
import { parseJson } from "../../src/models/json.ts"
import { hex } from "../../src/models/uuid.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import { exactly, flag } from "./filters.ts"
import { ownedColumns, ownedFilters, showOwned } from "./owned.ts"
import type { HostDb } from "./tables.ts"
import { inOwnProject } from "./visible.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_network as row")
    .innerJoin("openstack_tenant as tenant", "tenant.id", "row.tenant_id")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.service_settings_id")
    .innerJoin("structure_project as project", "project.id", "row.project_id")
    .innerJoin("structure_customer as customer", "customer.id", "project.customer_id")
    .select(ownedColumns())
    .select((eb) => [
      "row.is_external",
      "row.type",
      "row.segmentation_id",
      "row.mtu",
      jsonArrayFrom(
        eb
          .selectFrom("openstack_subnet as subnet")
          .select(["subnet.uuid", "subnet.name", "subnet.description", "subnet.cidr", "subnet.gateway_ip"])
          .select(["subnet.allocation_pools", "subnet.ip_version", "subnet.enable_dhcp"])
          .whereRef("subnet.network_id", "=", "row.id")
          .orderBy("subnet.id"),
      ).as("subnets"),
    ])
}

type NetworkRow = RowsOf<typeof select>

function showNetwork(row: NetworkRow, view: View): Shown {
  return {
    ...showOwned("openstack-networks", row, view),
    is_external: row.is_external,
    type: row.type,
    segmentation_id: row.segmentation_id,
    mtu: row.mtu,
    subnets: row.subnets.map(({ allocation_pools, ...subnet }) => ({
      ...subnet,
      uuid: hex(subnet.uuid),
      allocation_pools: parseJson(allocation_pools, []),
    })),
    rbac_policies: [],
  }
}

export const networks = endpoint({
  path: "openstack-networks",
  model: "Network",
  select,
  visible: inOwnProject,
  // The host has no rows for networks that another tenant shares, so direct_only makes no difference.
  filters: { ...ownedFilters, is_external: flag("row.is_external"), type: exactly("row.type") },
  order: "row.name",
  show: showNetwork,
})
