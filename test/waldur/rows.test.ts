import { isDeepStrictEqual } from "node:util"
import t from "tap"
import { setComputeQuota, setVolumeQuota } from "../../src/openstack/index.ts"
import { createSourceTenant, type SourceTenant } from "../helpers/source-tenant.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"
import { comparable, type ObservedTable, observedTables, type Row } from "./observed-rows.ts"
import { shapedTenant } from "./shaped-tenant.ts"

/** Columns that identify a row, in the original and here. A table without any has one row. */
const keys: Readonly<Record<string, readonly string[]>> = {
  openstack_network: ["name"],
  openstack_subnet: ["name"],
  openstack_securitygroup: ["name"],
  openstack_securitygrouprule: ["direction", "ethertype", "protocol", "from_port", "to_port"],
  openstack_port: ["fixed_ips"],
  openstack_flavor: ["name"],
  openstack_image: ["name"],
  openstack_volumetype: ["name"],
  quotas_quotalimit: ["name"],
  marketplace_offering: ["type"],
  marketplace_offeringcomponent: ["type"],
  marketplace_componentquota: ["limit"],
  invoices_invoiceitem: ["name"],
}

/** Where the marketplace of this test differs from the observed one. */
const scenario: Readonly<Record<string, string>> = {
  "invoices_invoice.total_cost": "The observed customer has more resources.",
  "invoices_invoice.total_price": "The observed customer has more resources.",
  "invoices_invoiceitem: rows": "The observed customer has more resources.",
}

/** Where our rows differ from those of the original, with the reason. Nothing else differs, and each of these does. */
const deviations: Readonly<Record<string, string>> = {
  ...scenario,
  "logging_event: marketplace_offering_component_updated":
    "Components that the offering has stay as they are.",
  "logging_event: openstack_security_group_rule_deleted":
    "Only the default rules that the copy does not have are deleted.",
  "logging_event: openstack_subnet_updated":
    "Only a subnet in which a router has an interface is connected to its network.",
  "marketplace_order.attributes": "Waldur's front end names an order by its attribute `name`.",
  "marketplace_order.cost": "The price of one period of the plan.",
  "marketplace_order.plan_id": "The plan of the resource.",
  "openstack_network.type":
    "The original creates networks as the tenant's user, to whom the cloud does not show their type.",
  "openstack_network.segmentation_id":
    "The original creates networks as the tenant's user, to whom the cloud does not show their segment.",
  "openstack_subnet.is_connected": "Only a subnet in which a router has an interface is connected.",
  "quotas_quotausage: rows": "Objects of one kind are counted in one row; the sums are the same.",
}

t.test("a copy has the rows that the original wrote, but for the named deviations", (t) =>
  withWorld(async (world) => {
    const tables = observedTables()
    const source = await prepare(world)
    const before = await lastIds(world, tables)
    const { uuid } = await world.create(source, { name: "orig-plain-1" })
    const migration = await world.ended(uuid)
    t.equal(migration.state, "OK", migration.error_message)
    const found: string[] = []
    for (const observed of tables) {
      const rows = await newRows(world, observed.table, before)
      for (const [name, values] of Object.entries(compare(observed, rows))) {
        t.ok(name in deviations, `${name}: ${values}`)
        found.push(name)
      }
    }
    t.strictSame(found.sort(), Object.keys(deviations).sort(), "every named deviation exists")
    const usages = await newRows(world, "quotas_quotausage", before)
    const sums = Map.groupBy(usages, ({ name }) => String(name))
    t.match(
      Object.fromEntries([...sums].map(([name, rows]) => [name, sum(rows)])),
      {
        // 53 rows that were planned and 10 ports of the router, each for the project and for the customer.
        nc_resource_count: 2 * 63,
        order_count: 1,
        offering_count: 2,
        security_group_count: 21,
        security_group_rule_count: 204,
        network_count: 10,
        subnet_count: 20,
      },
      "usages have the observed sums",
    )
  }),
)

/** Creates a tenant of the observed shape, in a marketplace with the observed names that lacks the cloud's default volume type. */
async function prepare(world: TestWorld): Promise<SourceTenant> {
  const { pool, rows, sourceCloud: cloud } = world
  await pool.query("update marketplace_offering set name = 'VPC RegionB', thumbnail = '' where id = $1", [
    rows.destination.offering.id,
  ])
  await pool.query("update structure_customer set name = 'Cloud Provider Ltd' where id = $1", [
    rows.provider.id,
  ])
  const component = `(select id from marketplace_offeringcomponent
    where offering_id = ${rows.destination.offering.id} and type = 'gigabytes___DEFAULT__')`
  await pool.query(`delete from marketplace_plancomponent where component_id in ${component}`)
  await pool.query(`delete from marketplace_offeringcomponent where id in ${component}`)
  await pool.query(
    `delete from openstack_volumetype where settings_id = ${rows.destination.settings.id} and name = '__DEFAULT__'`,
  )
  for (const [model, object_id] of [
    ["customer", rows.customer.id],
    ["project", rows.project.id],
  ])
    await pool.query(
      `insert into billing_priceestimate (uuid, total, object_id, content_type_id)
       select gen_random_uuid(), 0, $2, id from django_content_type where app_label = 'structure' and model = $1`,
      [model, object_id],
    )
  const more = async (projectId: string) => {
    await setComputeQuota(cloud, projectId, { cores: 24, ram: 51_200, instances: 30 })
    await setVolumeQuota(cloud, projectId, { gigabytes: 1_000, volumes: 60, snapshots: 40 })
  }
  const limits = { cores: 24, ram: 51_200 }
  return createSourceTenant({ pool, cloud, rows }, shapedTenant(), { more, limits })
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((total, { delta }) => total + Number(delta), 0)
}

async function lastIds({ pool }: TestWorld, tables: readonly ObservedTable[]): Promise<Map<string, number>> {
  const ids = tables.map(async ({ table }) => {
    const { rows } = await pool.query<{ last: number }>(
      `select coalesce(max(id), 0)::int as last from ${table}`,
    )
    return [table, rows[0]?.last ?? 0] as const
  })
  return new Map(await Promise.all(ids))
}

async function newRows(
  { pool }: TestWorld,
  table: string,
  before: ReadonlyMap<string, number>,
): Promise<Row[]> {
  const { rows } = await pool.query<{ row: Row }>(
    `select to_jsonb(own) as row from ${table} own where id > $1 order by id`,
    [before.get(table)],
  )
  return rows.map(({ row }) => row)
}

/** Returns how rows differ from the observed ones, by table and column. */
function compare(
  { table, inserted, rows, by_type }: ObservedTable,
  ours: readonly Row[],
): Record<string, string> {
  const found: Record<string, string> = {}
  if (by_type !== undefined) return compareEvents(by_type, ours)
  if (ours.length !== inserted) found[`${table}: rows`] = `${inserted}, here ${ours.length}`
  const columns = keys[table] ?? []
  const keyOf = (row: Row) => JSON.stringify(columns.map((column) => row[column]))
  const byKey = new Map(ours.map(comparable).map((row) => [keyOf(row), row]))
  for (const row of rows.map(comparable)) {
    const own = byKey.get(keyOf(row))
    if (own === undefined) found[`${table}: ${keyOf(row)}`] = "missing"
    for (const column of own === undefined ? [] : new Set([...Object.keys(row), ...Object.keys(own)])) {
      if (!isDeepStrictEqual(row[column], own?.[column]))
        found[`${table}.${column}`] = `${JSON.stringify(row[column])}, here ${JSON.stringify(own?.[column])}`
    }
  }
  return found
}

function compareEvents(
  counts: Readonly<Record<string, number>>,
  ours: readonly Row[],
): Record<string, string> {
  const own = Map.groupBy(ours, ({ event_type }) => String(event_type))
  const types = [...new Set([...Object.keys(counts), ...own.keys()])]
  const different = types.filter((type) => counts[type] !== own.get(type)?.length)
  return Object.fromEntries(
    different.map((type) => [
      `logging_event: ${type}`,
      `${counts[type] ?? 0}, here ${own.get(type)?.length ?? 0}`,
    ]),
  )
}
