import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { HandlerSwitches } from "../../src/handlers/index.ts"
import { act } from "../helpers/migration.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

/** Sums of a number, by model. */
async function sums({ pool }: TestWorld, name: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ model: string; sum: number }>(
    `select type.model, sum(delta)::int as sum from quotas_quotausage join django_content_type type on type.id = content_type_id
     where name = $1 group by 1`,
    [name],
  )
  return Object.fromEntries(rows.map(({ model, sum }) => [model, sum]))
}

async function countedRows(
  { pool }: TestWorld,
  { tenantId }: { readonly tenantId: number },
): Promise<number> {
  const tables = ["network", "subnet", "router", "securitygroup", "port"]
  const counts = tables.map((table) => `(select count(*) from openstack_${table} where tenant_id = $1)`)
  const { rows } = await pool.query<{ sum: number }>(`select (1 + ${counts.join(" + ")})::int as sum`, [
    tenantId,
  ])
  return rows[0]?.sum ?? 0
}

function withCopy(
  run: (world: TestWorld, copy: { readonly uuid: string; readonly tenantId: number }) => Promise<void>,
  handlers: HandlerSwitches = {},
) {
  return withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")), {
        mappings: { sync_instance_ports: true },
      })
      t.equal((await world.ended(uuid)).state, "OK")
      const { rows } = await world.pool.query<{ tenant_id: number }>(
        "select tenant_id from openstack_replication.run",
      )
      await run(world, { uuid, tenantId: rows[0]?.tenant_id ?? 0 })
    },
    { handlers },
  )
}

t.test("every row of a copy is counted, and none of a rolled back one; its order stays counted", (t) =>
  withCopy(async (world, copy) => {
    const counted = await countedRows(world, copy)
    t.ok(counted > 18, "with the ports of the router")
    t.strictSame(await sums(world, "nc_resource_count"), { project: counted, customer: counted })
    t.strictSame(await sums(world, "order_count"), { offering: 1 })
    await act(world, copy.uuid, "rollback")
    await world.ended(copy.uuid)
    t.equal((await world.owner.retrieve(copy.uuid)).error_message.includes("Rollback"), true)
    t.strictSame(await sums(world, "nc_resource_count"), { project: 0, customer: 0 })
    t.strictSame(await sums(world, "order_count"), { offering: 1 })
    const { rows } = await world.pool.query(
      `select backend_metadata from marketplace_resource resource
       join waldur_openstack_replication_migration migration on migration.dst_resource_id = resource.id`,
    )
    t.strictSame(rows, [{ backend_metadata: { state: "Deleted" } }])
    for (const table of ["flavor_tenants", "image_tenants", "volumetype_tenants"]) {
      const links = await world.pool.query(`select from openstack_${table} where tenant_id = $1`, [
        copy.tenantId,
      ])
      t.equal(links.rowCount, 0, `openstack_${table}`)
    }
    const kept = await world.pool.query("select from openstack_flavor")
    t.equal(kept.rowCount, 3, "the flavors of the cloud stay")
  }),
)

t.test("with the handler switched off, nothing is counted", (t) =>
  withCopy(
    async (world) => {
      t.strictSame(await sums(world, "nc_resource_count"), {})
      t.strictSame(await sums(world, "order_count"), {})
    },
    { counters: false },
  ),
)
