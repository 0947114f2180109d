import { hex } from "../../src/models/uuid.ts"
import { itemFilters, visibleItems } from "./cloud-items.ts"
import { endpoint, type RowsOf, type Shown, type View } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"

function select(db: HostDb) {
  return db
    .selectFrom("openstack_image as row")
    .innerJoin("structure_servicesettings as settings", "settings.id", "row.settings_id")
    .select(["row.uuid", "row.name", "row.backend_id", "row.min_ram", "row.min_disk"])
    .select("settings.uuid as settings_uuid")
}

type ImageRow = RowsOf<typeof select>

function showImage({ settings_uuid, ...row }: ImageRow, view: View): Shown {
  return {
    ...row,
    url: view.url("openstack-images", row.uuid),
    uuid: hex(row.uuid),
    settings: view.url("service-settings", settings_uuid),
    // Waldur's tables of this version have none of these.
    is_rescue_image: false,
    backend_created_at: null,
    hw_rescue_device: "",
    hw_rescue_bus: "",
  }
}

const item = { links: "openstack_image_tenants", key: "image_id" }

export const images = endpoint({
  path: "openstack-images",
  model: "Image",
  select,
  visible: visibleItems(item),
  filters: itemFilters(item),
  order: "row.name",
  choosesFields: false,
  show: showImage,
})
