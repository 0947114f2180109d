import { id, textJson } from "../../models/columns.ts"
import type { Trx } from "../../models/database.ts"
import { parseJson } from "../../models/json.ts"
import {
  listInstanceZones,
  listPublicFlavors,
  listPublicImages,
  listVolumeTypes,
  listVolumeZones,
} from "../../openstack/index.ts"
import type { Destination, WriteDestination } from "../destination.ts"
import type { Handler, HandlerContext } from "../handler.ts"
import {
  excludedFlavors,
  flavorColumns,
  type InventoryOptions,
  imageColumns,
  namedZones,
  typeColumns,
} from "./columns.ts"
import { insertTypeComponents, marketplace_offeringcomponent } from "./components.ts"
import { inventoryTables } from "./tables.ts"
import { flavorInventory, imageInventory, typeInventory, writeInventory, writeZones } from "./write.ts"

/**
 * Writes which flavors, images, volume types and zones a new tenant can use, as Waldur's pull does: without them, no machine
 * and no volume can be ordered in it. What the cloud does not show is left as it is.
 */
export const inventoryHandler: Handler = {
  name: "inventory",
  writes: { ...inventoryTables, marketplace_offeringcomponent },
  reads: { structure_servicesettings: { id, options: textJson } },
  readDestination: readInventory,
}

/** Reads what every project may use. A new project has no access to anything else. */
async function readInventory(
  { cloud, read }: Destination,
  context: HandlerContext,
): Promise<WriteDestination> {
  const [flavors, images, types, instanceZones, volumeZones] = await Promise.all([
    read("flavors", () => listPublicFlavors(cloud)),
    read("images", () => listPublicImages(cloud)),
    read("volume types", () => listVolumeTypes(cloud)),
    read("zones of machines", () => listInstanceZones(cloud)),
    read("zones of volumes", () => listVolumeZones(cloud)),
  ])
  return async (trx, rows) => {
    const options = await readOptions(trx, rows.settingsId)
    if (flavors !== undefined) {
      await writeInventory(trx, flavorInventory, flavorColumns(flavors, excludedFlavors(options)), rows)
    }
    if (images !== undefined) await writeInventory(trx, imageInventory, imageColumns(images), rows)
    if (types !== undefined) {
      await writeInventory(trx, typeInventory, typeColumns(types, options), rows)
      const created = await insertTypeComponents(trx, rows)
      if (created.length > 0)
        await context.componentsSaved(trx, { resourceId: rows.resourceId, created, updated: [] })
    }
    await writeZones(trx, "openstack_instanceavailabilityzone", namedZones(instanceZones ?? []), rows)
    await writeZones(trx, "openstack_volumeavailabilityzone", namedZones(volumeZones ?? []), rows)
  }
}

async function readOptions(trx: Trx, settingsId: number): Promise<InventoryOptions> {
  const { options } = await trx
    .selectFrom("structure_servicesettings")
    .select("options")
    .where("id", "=", settingsId)
    .executeTakeFirstOrThrow()
  return parseJson<InventoryOptions>(options, {})
}
