import t from "tap"
import { insertRow } from "../../host/waldur/insert.ts"
import { destinationOf, writeDestination } from "../helpers/destination.ts"
import { type Marketplace, type TestResource, withMarketplace } from "../helpers/marketplace.ts"

const others = { inventory: false, routerPorts: false } as const

const detail = (in_use: number, limit = 10) => ({ in_use, limit, reserved: 0 })
const used = (used: number, limit = 100) => ({ used, limit, reserved: 0 })

const fresh = {
  "compute /os-quota-sets/p/detail": {
    quota_set: {
      id: "p",
      cores: detail(0, 8),
      ram: detail(0, 16_384),
      instances: detail(0),
      key_pairs: detail(0),
    },
  },
  "volume /os-quota-sets/p": {
    quota_set: {
      id: "p",
      gigabytes: detail(0, 50),
      volumes: detail(0),
      snapshots: detail(0),
      gigabytes_ssd: detail(0, 50),
      gigabytes___DEFAULT__: detail(0, -1),
      volumes_ssd: detail(0, -1),
    },
  },
  "network /quotas/p/details": {
    quota: {
      network: used(2),
      subnet: used(3),
      port: used(14, 500),
      security_group: used(3),
      security_group_rule: used(20),
      floatingip: used(0, 50),
      router: used(1),
    },
  },
}

/** The same with a machine of 2 cores and 4 GiB, and a volume of 5 GiB. */
const inUse = {
  ...fresh,
  "compute /os-quota-sets/p/detail": {
    quota_set: { cores: detail(2, 8), ram: detail(4_096, 16_384), instances: detail(1) },
  },
  "volume /os-quota-sets/p": {
    quota_set: {
      gigabytes: detail(5, -1),
      volumes: detail(1),
      snapshots: detail(0),
      gigabytes_ssd: detail(5, 50),
    },
  },
}

/** Deltas and limits of a model's row, by name in the order of their rows. */
async function quotasOf({ pool }: Marketplace, table: string, column: string, model: string, id: number) {
  const { rows } = await pool.query<{ row: string }>(
    `select concat(name, ' ', ${column}) as row from ${table} quota join django_content_type type on type.id = content_type_id
     where type.model = $1 and object_id = $2 order by quota.id`,
    [model, id],
  )
  return rows.map(({ row }) => row)
}

const deltas = (marketplace: Marketplace, model: string, id: number) =>
  quotasOf(marketplace, "quotas_quotausage", "delta", model, id)

async function currentUsages({ pool }: Marketplace, { id }: TestResource) {
  const { rows } = await pool.query("select current_usages from marketplace_resource where id = $1", [id])
  return rows[0].current_usages
}

async function componentUsages({ pool }: Marketplace, { id }: TestResource) {
  const { rows } = await pool.query(
    `select component.type, own.usage::float, own.date, own.billing_period::text, own.plan_period_id, own.recurring,
       own.backend_id, own.description, own.modified_by_id
     from marketplace_componentusage own join marketplace_offeringcomponent component on component.id = component_id
     where resource_id = $1 order by own.id`,
    [id],
  )
  return rows
}

t.test("usages are what the cloud counts, and written once", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    for (const _ of [1, 2])
      await writeDestination(marketplace, copy, destinationOf(fresh), { switches: others })
    t.strictSame(
      await deltas(marketplace, "tenant", copy.tenantId),
      [
        "security_group_count 3",
        "security_group_rule_count 20",
        "port_count 14",
        "network_count 2",
        "subnet_count 3",
      ],
      "no row for 0",
    )
    t.strictSame(await deltas(marketplace, "project", marketplace.rows.project.id), [])
    t.strictSame(
      await currentUsages(marketplace, copy),
      { cores: 0, ram: 0 },
      "types without usages are absent",
    )
    const row = {
      usage: 0,
      date: new Date("2026-11-27T00:00:00Z"),
      billing_period: "2026-11-01",
      plan_period_id: null,
      recurring: false,
      backend_id: "",
      description: "",
      modified_by_id: null,
    }
    t.strictSame(await componentUsages(marketplace, copy), [
      { type: "cores", ...row },
      { type: "ram", ...row },
    ])
  }),
)

t.test("limits are what the cloud has, and unlimited storage is -1", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool } = marketplace
    const copy = await marketplace.resource()
    const { rows } = await pool.query(
      "select id from django_content_type where app_label = 'openstack' and model = 'tenant'",
    )
    for (const [name, value] of [
      ["vcpu", 8],
      ["gigabytes_ssd", 0],
    ] as const)
      await insertRow(pool, "quotas_quotalimit", {
        name,
        value,
        object_id: copy.tenantId,
        content_type_id: rows[0].id,
      })
    const limits = () => quotasOf(marketplace, "quotas_quotalimit", "value", "tenant", copy.tenantId)
    await writeDestination(marketplace, copy, destinationOf(fresh), { switches: others })
    t.strictSame(await limits(), [
      "vcpu 8",
      "gigabytes_ssd 50",
      "ram 16384",
      "instances 10",
      "volumes 10",
      "snapshots 10",
      "security_group_count 100",
      "security_group_rule_count 100",
      "floating_ip_count 50",
      "port_count 500",
      "network_count 100",
      "subnet_count 100",
      "storage 51200",
      "gigabytes___DEFAULT__ -1",
    ])
    await writeDestination(marketplace, copy, destinationOf(inUse), { switches: others })
    t.ok((await limits()).includes("storage -1"))
  }),
)

t.test("later usages are differences, which project and customer share", (t) =>
  withMarketplace(async (marketplace) => {
    const { rows } = marketplace
    const copy = await marketplace.resource()
    await writeDestination(marketplace, copy, destinationOf(fresh), { switches: others })
    await writeDestination(marketplace, copy, destinationOf(inUse), { switches: others })
    t.strictSame((await deltas(marketplace, "tenant", copy.tenantId)).slice(5), [
      "vcpu 2",
      "ram 4096",
      "instances 1",
      "volumes 1",
      "storage 5120",
      "gigabytes_ssd 5",
    ])
    const shared = ["vpc_cpu_count 2", "vpc_ram_size 4096", "vpc_instance_count 1", "vpc_storage_size 5120"]
    t.strictSame(await deltas(marketplace, "project", rows.project.id), shared)
    t.strictSame(await deltas(marketplace, "customer", rows.customer.id), shared)
    t.strictSame(await currentUsages(marketplace, copy), { cores: 2, ram: 4096, gigabytes_ssd: 5 })
    await writeDestination(marketplace, copy, destinationOf(fresh), {
      switches: others,
      at: "2026-11-28T10:00:00Z",
    })
    t.strictSame(await currentUsages(marketplace, copy), { cores: 0, ram: 0, gigabytes_ssd: 0 })
    t.match(
      await componentUsages(marketplace, copy),
      [
        { type: "cores", usage: 2, date: new Date("2026-11-28T00:00:00Z") },
        { type: "ram", usage: 4096 },
        { type: "gigabytes_ssd", usage: 5 },
      ],
      "the greatest usage of the month stays",
    )
    await writeDestination(marketplace, copy, destinationOf(inUse), {
      switches: others,
      at: "2026-12-01T00:00:00Z",
    })
    t.equal((await componentUsages(marketplace, copy)).length, 6, "the next month has rows of its own")
  }),
)

t.test("an offering with one price for storage shows the usage of all storage", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    await pool.query("update marketplace_offering set plugin_options = '{}' where id = $1", [
      rows.destination.offering.id,
    ])
    const copy = await marketplace.resource()
    await writeDestination(marketplace, copy, destinationOf(inUse), { switches: others })
    t.strictSame(await currentUsages(marketplace, copy), { cores: 2, ram: 4096, storage: 5120 })
  }),
)

t.test("a service that shows no usages changes none", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await writeDestination(marketplace, copy, destinationOf(inUse), { switches: others })
    const before = await deltas(marketplace, "tenant", copy.tenantId)
    await writeDestination(marketplace, copy, destinationOf({}), { switches: others })
    t.strictSame(await deltas(marketplace, "tenant", copy.tenantId), before)
  }),
)

t.test("with the handler switched off, nothing of it is written", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await writeDestination(marketplace, copy, destinationOf(inUse), {
      switches: { ...others, usages: false },
    })
    t.strictSame(await deltas(marketplace, "tenant", copy.tenantId), [])
    t.strictSame(await currentUsages(marketplace, copy), {})
    t.strictSame(await componentUsages(marketplace, copy), [])
  }),
)
