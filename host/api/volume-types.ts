import { hex } from "../../src/models/uuid.ts"
import { itemFilters, visibleItems } from "./cloud-items.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_volumetype as row")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.settings_id")
    .select(["row.uuid", "row.name", "row.description", "settings.uuid as settings_uuid"])
}

type VolumeTypeRow = RowsOf<typeof select>

function showVolumeType(row: VolumeTypeRow, view: View): Shown {
  return {
    url: view.url("openstack-volume-types", row.uuid),
    uuid: hex(row.uuid),
    name: row.name,
    description: row.description,
    settings: view.url("service-settings", row.settings_uuid),
  }
}

const item = { links: "openstack_volumetype_tenants", key: "volumetype_id" }

export const volumeTypes = endpoint({
  path: "openstack-volume-types",
  model: "VolumeType",
  select,
  visible: visibleItems(item),
  filters: itemFilters(item),
  order: "row.name",
  choosesFields: false,
  show: showVolumeType,
})
