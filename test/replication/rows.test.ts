import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { requiredSchema } from "../../host/waldur/schema.ts"
import { writtenTables } from "../../src/models/host-tables.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

/** Tables that the plugin adds rows to, with a condition that distinguishes its rows from the demo's. */
const written = {
  openstack_tenant: "id = $1",
  openstack_network: "tenant_id = $1",
  openstack_subnet: "tenant_id = $1",
  openstack_router: "tenant_id = $1",
  openstack_securitygroup: "tenant_id = $1",
  openstack_securitygrouprule:
    "security_group_id in (select id from openstack_securitygroup where tenant_id = $1)",
  openstack_port: "tenant_id = $1",
} as const

/** `text` columns that hold JSON. */
const textJson: Readonly<Record<string, readonly string[]>> = {
  openstack_tenant: ["action_details"],
  openstack_subnet: ["allocation_pools", "dns_nameservers", "host_routes"],
  openstack_router: ["routes", "fixed_ips"],
  openstack_port: ["allowed_address_pairs", "fixed_ips"],
  waldur_openstack_replication_migration: ["mappings"],
}

t.test("every column of the written tables is described as Waldur has it", async (t) => {
  const { columns } = requiredSchema()
  for (const [table, described] of Object.entries(writtenTables)) {
    const real = columns.filter((column) => column.table === table)
    t.strictSame(Object.keys(described).sort(), real.map((column) => column.column).sort(), table)
    for (const column of real) {
      const { type, nullable } = described[column.column as keyof typeof described] as {
        type: string
        nullable: boolean
      }
      t.strictSame([type, nullable], [column.udt, column.nullable === "YES"], `${table}.${column.column}`)
    }
  }
})

t.test("a POST writes the rows of a waiting tenant", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("medium"))
      const created = await world.create(tenant, { mappings: { sync_instance_ports: true } })
      const id = await tenantOf(world, created.dst_resource_uuid)
      const [row] = await select(world, "openstack_tenant", id)
      t.match(
        row,
        { state: 5, backend_id: null, internal_network_id: "", runtime_state: "" },
        "the tenant waits",
      )
      t.match(row?.user_username, /^demo-medium.*-user-[a-z0-9]{4}$/)
      t.match(row?.user_password, /^(?=.*[a-z])(?=.*[A-Z])(?=.*[2-9])[a-zA-Z2-9@#^*]{20}$/)
      for (const [table, count] of [
        ["openstack_network", 10],
        ["openstack_subnet", 20],
        ["openstack_router", 1],
        ["openstack_securitygroup", 21],
        ["openstack_port", 50],
      ] as const) {
        const rows = await select(world, table, id)
        t.equal(rows.length, count, `${count} rows of ${table}`)
        t.ok(
          rows.every((one) => one.state === 5 && one.backend_id === ""),
          `${table}: scheduled, without an id of the cloud`,
        )
      }
      t.equal((await select(world, "openstack_securitygrouprule", id)).length, 204)
      await checkTextJson(t, world, id)
      const { rows } = await world.pool.query(
        "select state, limits, attributes, backend_id from marketplace_resource where uuid = $1",
        [created.dst_resource_uuid],
      )
      t.match(rows[0], { state: 1, attributes: {}, backend_id: "" }, "the resource is being created")
      t.strictSame(rows[0].limits, { cores: 8, ram: 16_384, gigabytes_standard: 100, gigabytes_ssd: 50 })
      t.strictSame(
        await quotas(world, id),
        {
          vcpu: 8,
          ram: 16_384,
          storage: 153_600,
          gigabytes_standard: 100,
          gigabytes_ssd: 50,
          gigabytes_nvme: 0,
          gigabytes___DEFAULT__: 0,
        },
        "quotas of the tenant, with 0 for a volume type that was not ordered",
      )
      const orders = await world.pool.query("select from marketplace_order")
      t.equal(orders.rowCount, 0, "there is no order before the end")
      const usage = await world.pool.query(
        `select sum(delta)::int as delta from quotas_quotausage usage join django_content_type type on type.id = content_type_id
         where name = 'nc_resource_count' and model = 'project'`,
      )
      t.equal(usage.rows[0].delta, 1 + 10 + 20 + 1 + 21 + 50, "it counts for the project")
    },
    { worker: false },
  ),
)

t.test("a migration that is OK has the rows of a provisioned tenant", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("medium"))
    const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
    const migration = await world.ended(uuid)
    const project = await world.projectOf(migration)
    const id = await tenantOf(world, migration.dst_resource_uuid)
    const [row] = await select(world, "openstack_tenant", id)
    t.match(row, { state: 3, backend_id: project, error_message: "" })
    t.equal(row?.external_network_id, world.destination.externalNetworkIds[0])
    for (const table of [
      "openstack_network",
      "openstack_subnet",
      "openstack_router",
      "openstack_securitygroup",
      "openstack_port",
    ] as const) {
      const rows = await select(world, table, id)
      t.ok(
        rows.every((one) => one.state === 3 && /^[0-9a-f-]{36}$/.test(String(one.backend_id))),
        `${table}: OK, with the cloud's id`,
      )
    }
    t.ok((await select(world, "openstack_network", id)).every((one) => one.runtime_state === "ACTIVE"))
    const [router] = await select(world, "openstack_router", id)
    t.equal(JSON.parse(String(router?.fixed_ips)).length, 16, "the router's row lists its addresses")
    const subnets = await select(world, "openstack_subnet", id)
    t.equal(subnets.filter((one) => one.is_connected).length, 16, "and 16 subnets are connected")
    await checkTextJson(t, world, id)

    const { rows } = await world.pool.query(
      `select "order".*, resource.state as resource_state, resource.backend_id as resource_backend_id,
         resource.plan_id as resource_plan_id, migration.created as requested, migration.created_by_id as requester
       from marketplace_order "order" join marketplace_resource resource on resource.id = "order".resource_id
       join waldur_openstack_replication_migration migration on migration.dst_resource_id = resource.id`,
    )
    t.equal(rows.length, 1, "one order")
    const [order] = rows
    t.match(order, { type: 1, state: 3, error_message: "", resource_state: 2, resource_backend_id: project })
    t.strictSame(order.created, order.requested, "with the date of the migration")
    for (const by of ["created_by_id", "consumer_reviewed_by_id", "provider_reviewed_by_id"]) {
      t.equal(order[by], order.requester, `${by} is the user who requested it`)
    }
    t.equal(order.plan_id, order.resource_plan_id)
  }),
)

async function checkTextJson(t: Test, world: TestWorld, tenantId: number): Promise<void> {
  for (const table of Object.keys(written) as (keyof typeof written)[]) {
    for (const row of await select(world, table, tenantId)) {
      for (const column of textJson[table] ?? []) {
        const text = String(row[column])
        if (text !== JSON.stringify(JSON.parse(text)))
          t.fail(`${table}.${column} is no compact JSON: ${text}`)
      }
    }
  }
  t.pass("text columns hold compact JSON")
}

async function select(world: TestWorld, table: keyof typeof written, tenantId: number) {
  const { rows } = await world.pool.query<Record<string, unknown>>(
    `select * from ${table} where ${written[table]} order by id`,
    [tenantId],
  )
  return rows
}

async function tenantOf(world: TestWorld, resourceUuid: string): Promise<number> {
  const { rows } = await world.pool.query<{ object_id: number }>(
    "select object_id from marketplace_resource where uuid = $1",
    [resourceUuid],
  )
  return rows[0]?.object_id ?? 0
}

async function quotas(world: TestWorld, tenantId: number): Promise<Readonly<Record<string, number>>> {
  const { rows } = await world.pool.query<{ name: string; value: string }>(
    `select name, value from quotas_quotalimit limits join django_content_type type on type.id = content_type_id
     where model = 'tenant' and object_id = $1 and (name like 'gigabytes%' or name in ('vcpu', 'ram', 'storage'))`,
    [tenantId],
  )
  return Object.fromEntries(rows.map(({ name, value }) => [name, Number(value)]))
}
