import { hex } from "../../src/models/uuid.ts"
import { itemFilters, visibleItems } from "./cloud-items.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_flavor as row")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.settings_id")
    .select(["row.uuid", "row.name", "row.backend_id", "row.cores", "row.ram", "row.disk"])
    .select("settings.uuid as settings_uuid")
}

type FlavorRow = RowsOf<typeof select>

/** Memory and disk are in MiB. */
function showFlavor({ settings_uuid, ...row }: FlavorRow, view: View): Shown {
  return {
    ...row,
    url: view.url("openstack-flavors", row.uuid),
    uuid: hex(row.uuid),
    settings: view.url("service-settings", settings_uuid),
    display_name: `${row.name} (${row.cores} CPU, ${row.ram} MB RAM, ${row.disk} MB disk)`,
  }
}

const item = { links: "openstack_flavor_tenants", key: "flavor_id" }

export const flavors = endpoint({
  path: "openstack-flavors",
  model: "Flavor",
  select,
  visible: visibleItems(item),
  filters: itemFilters(item),
  orders: { cores: "row.cores", ram: "row.ram", disk: "row.disk" },
  order: "row.cores",
  show: showFlavor,
})
