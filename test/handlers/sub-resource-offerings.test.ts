import { sql } from "kysely"
import t from "tap"
import { ResourceState } from "../../src/models/codes.ts"
import { type Marketplace, type TestResource, withMarketplace } from "../helpers/marketplace.ts"
import { waitFor } from "../helpers/wait-for.ts"

const { CREATING, OK, ERRED, UPDATING, TERMINATED } = ResourceState

async function offeringsOf({ pool }: Marketplace, { tenantId }: TestResource) {
  const { rows } = await pool.query(
    `select offering.* from marketplace_offering offering join django_content_type type on type.id = content_type_id
     where type.model = 'tenant' and object_id = $1 order by id`,
    [tenantId],
  )
  return rows
}

async function countsOf({ pool }: Marketplace): Promise<readonly unknown[]> {
  const { rows } = await pool.query(
    `select category.title, usage.delta from quotas_quotausage usage
       join django_content_type type on type.id = content_type_id and type.model = 'category'
       join marketplace_category category on category.id = object_id
     where name = 'offering_count' order by usage.id`,
  )
  return rows
}

t.test("a new tenant gets an offering for machines and one for volumes, with Waldur's columns", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    await pool.query(
      `update marketplace_offering set attributes = '{"cloud": "b"}', thumbnail = 'b.png', vendor_details = 'of B',
         getting_started = 'Begin', integration_guide = 'Guide', latitude = 59.5, longitude = 24.5 where id = $1`,
      [rows.destination.offering.id],
    )
    const copy = await marketplace.resource()
    await marketplace.save(copy, { state: OK })
    const { rows: categories } = await pool.query("select id, title from marketplace_category order by id")
    const created = new Date("2026-11-27T23:29:12.141Z")
    const [machines, volumes] = await offeringsOf(marketplace, copy)
    const { id, uuid, name, content_type_id, ...columns } = machines
    const { rows: tenants } = await pool.query("select name from openstack_tenant where id = $1", [
      copy.tenantId,
    ])
    t.equal(name, `Virtual machine in ${tenants[0].name}`)
    t.strictSame(columns, {
      created,
      modified: created,
      type: "OpenStack.Instance",
      slug: "virtual--1",
      object_id: copy.tenantId,
      category_id: categories.find(({ title }) => title === "Virtual machines").id,
      parent_id: rows.destination.offering.id,
      customer_id: rows.customer.id,
      project_id: rows.project.id,
      shared: false,
      billable: false,
      state: 2,
      attributes: { cloud: "b" },
      thumbnail: "b.png",
      vendor_details: "of B",
      getting_started: "Begin",
      integration_guide: "Guide",
      latitude: 59.5,
      longitude: 24.5,
      description: "",
      full_description: "",
      native_name: "",
      native_description: "",
      terms_of_service: "",
      terms_of_service_link: "",
      privacy_policy_link: "",
      country: "",
      image: "",
      backend_id: "",
      error_message: "",
      paused_reason: "",
      datacite_doi: "",
      options: {},
      plugin_options: {},
      secret_options: {},
      resource_options: {},
      backend_metadata: {},
      rating: null,
      citation_count: -1,
    })
    t.match(volumes, {
      name: `Volume in ${tenants[0].name}`,
      type: "OpenStack.Volume",
      slug: "volume-i-1",
      category_id: categories.find(({ title }) => title === "Storage").id,
    })
    t.strictSame(await countsOf(marketplace), [
      { title: "Virtual machines", delta: "1" },
      { title: "Storage", delta: "1" },
    ])
    const next = await marketplace.resource()
    await marketplace.save(next, { state: OK })
    t.match(await offeringsOf(marketplace, next), [{ slug: "virtual--2" }, { slug: "volume-i-2" }])
  }),
)

t.test("offerings are created on every way to OK, and never twice", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await marketplace.save(copy, { state: ERRED })
    t.strictSame(await offeringsOf(marketplace, copy), [])
    for (const state of [CREATING, OK, UPDATING, OK, ERRED, OK]) await marketplace.save(copy, { state })
    t.equal((await offeringsOf(marketplace, copy)).length, 2)
    t.equal((await countsOf(marketplace)).length, 2)
  }),
)

t.test("a termination archives the offerings and keeps the counts", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    const other = await marketplace.resource()
    for (const resource of [copy, other]) await marketplace.save(resource, { state: OK })
    await marketplace.save(copy, { state: TERMINATED })
    t.match(await offeringsOf(marketplace, copy), [{ state: 4 }, { state: 4 }])
    t.match(await offeringsOf(marketplace, other), [{ state: 2 }, { state: 2 }])
    t.equal((await countsOf(marketplace)).length, 4)
  }),
)

t.test(
  "without a category its offering is not created; that of a paused parent is paused and not counted",
  (t) =>
    withMarketplace(async (marketplace) => {
      const { pool, rows } = marketplace
      await pool.query("update marketplace_category set default_volume_category = false")
      const first = await marketplace.resource()
      await marketplace.save(first, { state: OK })
      t.match(await offeringsOf(marketplace, first), [{ type: "OpenStack.Instance", state: 2 }])
      t.equal((await countsOf(marketplace)).length, 1)
      await pool.query("update marketplace_offering set state = 3 where id = $1", [
        rows.destination.offering.id,
      ])
      const second = await marketplace.resource()
      await marketplace.save(second, { state: OK })
      t.match(await offeringsOf(marketplace, second), [{ type: "OpenStack.Instance", state: 3 }])
      t.equal((await countsOf(marketplace)).length, 1)
      await pool.query("update marketplace_category set default_vm_category = false")
      const third = await marketplace.resource()
      await marketplace.save(third, { state: OK })
      t.strictSame(await offeringsOf(marketplace, third), [])
    }),
)

t.test("a name that is too long with its prefix is cut to the column's length", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await marketplace.pool.query("update openstack_tenant set name = $2 where id = $1", [
      copy.tenantId,
      "x".repeat(150),
    ])
    await marketplace.save(copy, { state: OK })
    const [machines] = await offeringsOf(marketplace, copy)
    t.equal(machines.name, `Virtual machine in ${"x".repeat(131)}`)
  }),
)

t.test("two transactions that create the offerings of one tenant create them once", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool } = marketplace
    const { offering } = marketplace.rows.destination
    const copy = await marketplace.resource({ state: ERRED })
    // Waldur's own process, which does not lock the resource's row.
    const saved = await marketplace.db.transaction().execute(async (trx) => {
      await sql`select from openstack_tenant where id = ${copy.tenantId} for update`.execute(trx)
      const save = marketplace.save(copy, { state: OK })
      await waitFor("the save to wait for the tenant's row", async () => {
        const { rowCount } = await pool.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        return rowCount !== 0
      })
      await sql`
        insert into marketplace_offering
        select (jsonb_populate_record(parent, jsonb_build_object('id', 1000 + n, 'uuid', gen_random_uuid(), 'type', wanted.type,
          'object_id', ${copy.tenantId}::int, 'content_type_id', tenant.id))).*
        from marketplace_offering parent, django_content_type tenant,
          unnest(array ['OpenStack.Instance', 'OpenStack.Volume']) with ordinality as wanted (type, n)
        where parent.id = ${offering.id} and tenant.model = 'tenant' and tenant.app_label = 'openstack'`.execute(
        trx,
      )
      return { save }
    })
    await saved.save
    t.equal((await offeringsOf(marketplace, copy)).length, 2)
  }),
)

t.test("with the handler switched off no offering is created", (t) =>
  withMarketplace(
    async (marketplace) => {
      const copy = await marketplace.resource()
      await marketplace.save(copy, { state: OK })
      t.strictSame(await offeringsOf(marketplace, copy), [])
    },
    { subResourceOfferings: false },
  ),
)
