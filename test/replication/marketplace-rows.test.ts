import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { act } from "../helpers/migration.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

/** What the marketplace has of a resource. */
async function marketplaceOf({ pool }: TestWorld, resourceUuid: string) {
  const { rows } = await pool.query(
    `select state,
       (select json_agg(offering.state order by offering.id) from marketplace_offering offering
         where offering.object_id = resource.object_id and offering.content_type_id = resource.content_type_id) as offerings,
       (select json_agg("end" is null) from marketplace_resourceplanperiod where resource_id = resource.id) as periods,
       (select count(*)::int from invoices_invoiceitem where resource_id = resource.id) as items,
       (select count(*)::int from invoices_invoiceitem where resource_id = resource.id and "end" <= now()) as ended,
       (select count(*)::int from marketplace_componentquota where resource_id = resource.id) as quotas,
       (select json_agg(json_build_array(marketplace_order.state, cost is not null, marketplace_order.attributes ->> 'name'))
         from marketplace_order where resource_id = resource.id) as orders
     from marketplace_resource resource where uuid = $1`,
    [resourceUuid],
  )
  return rows[0]
}

t.test("the marketplace's rows of a copy are written once, and a rollback ends them", (t) =>
  withWorld(async (world) => {
    const source = await world.importTenant(demoTenant("small"))
    const { uuid } = await world.create(source, { name: "copy" })
    const migration = await world.ended(uuid)
    t.equal(migration.state, "OK")
    const copied = await marketplaceOf(world, migration.dst_resource_uuid)
    t.match(copied, {
      state: 2,
      offerings: [2, 2],
      periods: [true],
      ended: 0,
      orders: [[3, true, "copy"]],
    })
    t.ok(copied.items > 0)
    t.ok(copied.quotas > 0)
    t.ok((await marketplaceOf(world, source.resourceUuid)).items > 0, "the month had no invoice")

    await act(world, uuid, "verify")
    await world.ended(uuid)
    t.strictSame(await marketplaceOf(world, migration.dst_resource_uuid), copied)

    t.equal((await act(world, uuid, "rollback")).status, 202)
    await world.ended(uuid)
    t.strictSame(await marketplaceOf(world, migration.dst_resource_uuid), {
      ...copied,
      state: 6,
      offerings: [4, 4],
      periods: [false],
      ended: copied.items,
    })
    t.equal((await marketplaceOf(world, source.resourceUuid)).ended, 0)
  }),
)

t.test("a copy that fails is billed, and gets its offerings, when a retry makes it OK", (t) =>
  withWorld(async (world) => {
    const source = await world.importTenant(demoTenant("small"))
    world.destination.onRequest = async ({ method, path }) =>
      method === "POST" && path === "networks"
        ? {
            status: 409,
            body: { NeutronError: { type: "OverQuota", message: "Quota exceeded.", detail: "" } },
          }
        : undefined
    const { uuid } = await world.create(source)
    const failed = await world.ended(uuid)
    t.equal(failed.state, "ERRED")
    t.match(await marketplaceOf(world, failed.dst_resource_uuid), {
      state: 3,
      offerings: null,
      periods: null,
      items: 0,
      orders: [[4, true]],
    })
    t.equal((await world.pool.query("select from invoices_invoice")).rowCount, 0)

    world.destination.onRequest = undefined
    t.equal((await act(world, uuid, "retry")).status, 200)
    t.equal((await world.ended(uuid)).state, "OK")
    t.match(await marketplaceOf(world, failed.dst_resource_uuid), {
      state: 2,
      offerings: [2, 2],
      periods: [true],
      items: Number,
      orders: [[3, true]],
    })
    t.match(
      (
        await world.pool.query(
          "select count(*)::int as items, count(distinct name)::int as names from invoices_invoiceitem",
        )
      ).rows,
      [{ items: 8, names: 8 }],
    )
  }),
)
