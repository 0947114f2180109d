import t from "tap"
import { insertRef } from "../../host/waldur/insert.ts"
import { excludedFlavors } from "../../src/handlers/inventory/columns.ts"
import { type Answers, besideWaldur, destinationOf, writeDestination } from "../helpers/destination.ts"
import { type Marketplace, withMarketplace } from "../helpers/marketplace.ts"

// Events need a run, which these resources have not.
const others = { routerPorts: false, usages: false, events: false } as const

const offered = {
  "compute /flavors/detail": [
    { id: "f1", name: "m1.tiny", vcpus: 1, ram: 512, disk: 1 },
    { id: "f2", name: "m1.small", vcpus: 1, ram: 2048, disk: 20 },
    { id: "f2", name: "m1.small", vcpus: 1, ram: 2048, disk: 20 },
  ],
  "image /images": [
    { id: "i1", name: "empty", status: "active", min_disk: 1, min_ram: 0 },
    { id: "i2", name: null, status: "queued", min_disk: 0, min_ram: 0 },
  ],
  "volume /types": [
    { id: "b-ssd", name: "ssd", description: "fast", is_public: true },
    { id: "t2", name: "__DEFAULT__", description: null, is_public: true },
    { id: "t3", name: "secret", description: "", is_public: false },
  ],
  "compute /os-availability-zone": [
    { zoneName: "nova", zoneState: { available: true } },
    { zoneName: "az-1", zoneState: { available: false } },
  ],
  "volume /os-availability-zone": [{ zoneName: "az-2", zoneState: { available: true } }],
}

/** What is linked to a tenant. */
async function inventoryOf({ pool }: Marketplace, tenantId: number) {
  const query = async (text: string) =>
    (await pool.query<{ row: string }>(text, [tenantId])).rows.map(({ row }) => row)
  const linked = (columns: string, kind: string) =>
    query(
      `select concat_ws(' ', ${columns}) as row from openstack_${kind} own
       join openstack_${kind}_tenants link on link.${kind}_id = own.id where tenant_id = $1 order by 1`,
    )
  const zones = (kind: string) =>
    query(
      `select concat_ws(' ', name, available) as row from openstack_${kind}availabilityzone where tenant_id = $1`,
    )
  return {
    flavors: await linked("backend_id, name, cores, ram, disk", "flavor"),
    images: await linked("backend_id, name, min_ram, min_disk", "image"),
    types: await linked("backend_id, name, disabled, description", "volumetype"),
    zones: [...(await zones("instance")), ...(await zones("volume"))],
  }
}

const whole = {
  flavors: ["f1 m1.tiny 1 512 1024", "f2 m1.small 1 2048 20480"],
  images: ["i1 empty 0 1024"],
  types: ["b-ssd ssd f fast", "t2 __DEFAULT__ f "],
  zones: ["az-1 f", "az-2 t"],
}

t.test("a tenant can use the public flavors, images, types and named zones of its cloud", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    for (const _ of [1, 2]) {
      await writeDestination(marketplace, copy, destinationOf(offered), { switches: others })
      t.strictSame(await inventoryOf(marketplace, copy.tenantId), whole)
    }
    const { rows } = await marketplace.pool.query(
      "select count(*)::int as count from openstack_volumetype where backend_id = 'b-ssd'",
    )
    t.strictSame(rows, [{ count: 1 }], "the row that was there is updated")
  }),
)

t.test("what a cloud offers no longer is no longer linked, and its row stays", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    const other = await marketplace.resource()
    for (const tenant of [copy, other])
      await writeDestination(marketplace, tenant, destinationOf(offered), { switches: others })
    const fewer: Answers = { ...offered, "compute /flavors/detail": [], "image /images": [] }
    await writeDestination(marketplace, copy, destinationOf(fewer), { switches: others })
    t.strictSame(await inventoryOf(marketplace, copy.tenantId), { ...whole, flavors: [], images: [] })
    t.strictSame(
      await inventoryOf(marketplace, other.tenantId),
      { ...whole, zones: [] },
      "another tenant keeps its links; a zone belongs to the first tenant that has it",
    )
  }),
)

t.test("what a cloud does not show is left as it is", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await writeDestination(marketplace, copy, destinationOf(offered), { switches: others })
    await writeDestination(marketplace, copy, destinationOf({}), { switches: others })
    t.strictSame(await inventoryOf(marketplace, copy.tenantId), whole)
  }),
)

t.test("settings leave out flavors and disable volume types", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    await pool.query(
      `update structure_servicesettings set options = options::jsonb ||
         '{"flavor_exclude_regex": "m1.t|small", "volume_type_blacklist": ["__DEFAULT__"]}' where id = $1`,
      [rows.destination.settings.id],
    )
    const copy = await marketplace.resource()
    await writeDestination(marketplace, copy, destinationOf(offered), { switches: others })
    const { flavors, types } = await inventoryOf(marketplace, copy.tenantId)
    t.strictSame(flavors, ["f2 m1.small 1 2048 20480"], "a pattern matches from the beginning of the name")
    t.strictSame(types, ["b-ssd ssd f fast", "t2 __DEFAULT__ t "])
    t.equal(
      excludedFlavors({ flavor_exclude_regex: "(" }),
      undefined,
      "a pattern that cannot be read excludes none",
    )
  }),
)

t.test("an offering that bills each volume type has a component for each, and only then", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    const own = "from marketplace_offeringcomponent where type = 'gigabytes___DEFAULT__'"
    const { id } = rows.destination.offering
    await pool.query("update marketplace_offering set plugin_options = '{}' where id = $1", [id])
    const copy = await marketplace.resource()
    const write = () => writeDestination(marketplace, copy, destinationOf(offered), { switches: others })
    await write()
    t.equal((await pool.query(`select ${own}`)).rowCount, 0)
    await pool.query(
      `update marketplace_offering set plugin_options = '{"storage_mode": "dynamic"}' where id = $1`,
      [id],
    )
    await pool.query("update marketplace_offeringcomponent set name = 'Fast' where type = 'gigabytes_ssd'")
    await write()
    await write()
    t.match((await pool.query(`select * ${own}`)).rows, [
      {
        offering_id: id,
        name: "Storage (__DEFAULT__)",
        measured_unit: "GB",
        billing_type: "limit",
        limit_period: "month",
        is_boolean: false,
        description: "",
      },
    ])
    const kept = await pool.query(
      "select name from marketplace_offeringcomponent where type = 'gigabytes_ssd' and offering_id = $1",
      [id],
    )
    t.strictSame(kept.rows, [{ name: "Fast" }], "a component that exists stays as it is")
  }),
)

t.test("a row that Waldur writes at the same time is used", (t) =>
  withMarketplace(async (marketplace) => {
    const settings_id = marketplace.rows.destination.settings.id
    const copy = await marketplace.resource()
    const old = { backend_id: "f1", name: "old name", cores: 1, ram: 1, disk: 1, settings_id }
    await besideWaldur(
      marketplace,
      (waldur) => insertRef(waldur, "openstack_flavor", old),
      () => writeDestination(marketplace, copy, destinationOf(offered), { switches: others }),
    )
    t.strictSame(await inventoryOf(marketplace, copy.tenantId), whole)
  }),
)

t.test("with the handler switched off, nothing of it is read or written", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await writeDestination(marketplace, copy, destinationOf({}), {
      switches: { ...others, inventory: false },
    })
    t.strictSame(await inventoryOf(marketplace, copy.tenantId), {
      flavors: [],
      images: [],
      types: [],
      zones: [],
    })
  }),
)
