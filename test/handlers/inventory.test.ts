import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const clouds = { destination: { availabilityZones: ["nova", "az-1", "az-2"] } }

async function rowsOf({ pool }: TestWorld, query: string): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(query)
  return rows
}

/** What is linked to the copies, by name. */
function linked(world: TestWorld, table: string, links: string, column: string) {
  return rowsOf(
    world,
    `select own.* from ${table} own join ${links} link on link.${column} = own.id order by own.name`,
  )
}

t.test("a new tenant has the flavors, images, volume types and zones of its cloud", (t) =>
  withWorld(
    async (world) => {
      const { pool, rows } = world
      const settings_id = rows.destination.settings.id
      await pool.query(
        `update structure_servicesettings
         set options = options::jsonb || '{"flavor_exclude_regex": "m1.t", "volume_type_blacklist": ["nvme"]}' where id = $1`,
        [settings_id],
      )
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      t.equal((await world.ended(uuid)).state, "OK")
      t.match(await linked(world, "openstack_flavor", "openstack_flavor_tenants", "flavor_id"), [
        { name: "m1.medium", cores: 2, ram: 4096, disk: 40_960, settings_id },
        { name: "m1.small", cores: 1, ram: 2048, disk: 20_480, settings_id },
      ])
      t.equal((await rowsOf(world, "select from openstack_flavor")).length, 2, "the excluded one has no row")
      t.match(await linked(world, "openstack_image", "openstack_image_tenants", "image_id"), [
        { name: "empty", min_ram: 0, min_disk: 1024, settings_id },
      ])
    },
    {},
    clouds,
  ),
)
