import t, { type Test } from "tap"
import { insertRef } from "../../host/waldur/insert.ts"
import { ResourceState } from "../../src/models/codes.ts"
import { type Marketplace, type TestResource, withMarketplace } from "../helpers/marketplace.ts"
import { waitFor } from "../helpers/wait-for.ts"

const { CREATING, OK, ERRED, UPDATING, TERMINATED } = ResourceState

/** The demo's plan: cores 5, RAM 1, each volume type 0.1, by month. The resource: 8 cores, 16 GiB, 50 GiB. */
const monthly = "61.00"

interface Item {
  readonly name: string
  readonly unit: string
  readonly unit_price: string
  readonly quantity: string
  readonly start: string
  readonly end: string
  readonly details: { readonly resource_limit_periods?: readonly Record<string, unknown>[] }
}

/** The items of a resource, by invoice and name, with shortened decimals. */
async function itemsOf({ pool }: Marketplace, { id }: TestResource): Promise<readonly Item[]> {
  const { rows } = await pool.query<Item>(
    `select regexp_replace(name, '^.* / ', '') as name, unit, trim_scale(unit_price)::text as unit_price,
       trim_scale(quantity)::text as quantity, details,
       to_char(start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as start,
       to_char("end" at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as end
     from invoices_invoiceitem where resource_id = $1 order by invoice_id, id`,
    [id],
  )
  return rows
}

async function invoices({ pool }: Marketplace): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await pool.query(
    `select year, month, state, total_price, total_cost, created::text as created, invoice_date,
       (select count(*)::int from invoices_invoiceitem where invoice_id = invoice.id) as items
     from invoices_invoice invoice order by year, month`,
  )
  return rows
}

async function estimates({ pool, rows }: Marketplace): Promise<Readonly<Record<string, number>>> {
  const found = await pool.query<{ model: string; object_id: number; total: number }>(
    `select type.model, object_id, total from billing_priceestimate join django_content_type type on type.id = content_type_id`,
  )
  const named = found.rows.map(({ model, object_id, total }) => {
    const own = object_id === (model === "project" ? rows.project.id : rows.customer.id)
    return [own ? model : `${model} ${object_id}`, total]
  })
  return Object.fromEntries(named)
}

const names = (items: readonly Item[]) => items.map(({ name }) => name)

t.test("without an invoice of the month, all the customer's resources in use get their items", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    await pool.query("update structure_customer set default_tax_percent = 20 where id = $1", [
      rows.customer.id,
    ])
    const older = await marketplace.resource({ state: OK })
    const updating = await marketplace.resource({ state: UPDATING })
    const unused = [
      await marketplace.resource({ state: CREATING }),
      await marketplace.resource({ state: ERRED }),
      await marketplace.resource({ state: TERMINATED }),
    ]
    const copy = await marketplace.resource()
    await marketplace.save(copy, { state: OK })

    for (const billed of [older, updating, copy]) {
      t.strictSame(names(await itemsOf(marketplace, billed)), ["CPU", "RAM", "ssd storage"])
    }
    for (const other of unused) t.strictSame(await itemsOf(marketplace, other), [], "not in use")
    t.strictSame(await invoices(marketplace), [
      {
        year: 2026,
        month: 11,
        state: "pending",
        total_price: "183.00",
        total_cost: "219.60",
        created: "2026-11-01",
        invoice_date: null,
        items: 9,
      },
    ])
    t.strictSame(await estimates(marketplace), { project: 183, customer: 183 }, "without tax")
    const [cpu] = await itemsOf(marketplace, copy)
    t.match(cpu, {
      unit: "month",
      unit_price: "5",
      quantity: "8",
      start: "2026-11-27 23:29:12.141000",
      end: "2026-11-30 23:59:59.999999",
    })
  }),
)

t.test("an invoice that exists gets the new resource's items alone, whatever its state", async (t) => {
  for (const state of ["pending", "created", "paid"]) {
    await withMarketplace(async (marketplace) => {
      const older = await marketplace.resource({ state: OK })
      await insertInvoice(marketplace, state)
      const copy = await marketplace.resource()
      await marketplace.save(copy, { state: OK })
      t.strictSame(await itemsOf(marketplace, older), [])
      t.equal((await itemsOf(marketplace, copy)).length, 3)
      t.match(await invoices(marketplace), [{ state, total_price: monthly, items: 3 }])
    })
  }
})

t.test("a resource that becomes OK again is billed once", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await marketplace.save(copy, { state: ERRED })
    t.strictSame(await invoices(marketplace), [], "nothing for a failed copy")
    await marketplace.save(copy, { state: CREATING })
    await marketplace.save(copy, { state: OK })
    const first = await itemsOf(marketplace, copy)
    t.equal(first.length, 3, "billed after the retry")
    for (const state of [OK, UPDATING, OK, ERRED, OK]) await marketplace.save(copy, { state })
    t.strictSame(await itemsOf(marketplace, copy), first)
    t.match(await invoices(marketplace), [{ total_price: monthly }])
  }),
)

t.test("one-time prices and total limits are billed for the new resource alone, and once", (t) =>
  withMarketplace(async (marketplace) => {
    const plan_id = await marketplace.plan("month", [
      { type: "setup", billing_type: "one", price: "100" },
      { type: "cores", billing_type: "limit", limit_period: "total", price: "7" },
      { type: "support", billing_type: "fixed", price: "3", amount: 2 },
      { type: "switch", billing_type: "few", price: "9" },
      { type: "traffic", billing_type: "usage", price: "1" },
    ])
    const older = await marketplace.resource({ state: OK, plan_id })
    const copy = await marketplace.resource({ plan_id })
    await marketplace.save(copy, { state: OK })
    t.strictSame(names(await itemsOf(marketplace, older)), ["support"], "an older one, never billed before")
    t.match(await itemsOf(marketplace, copy), [
      { name: "setup", unit: "quantity", unit_price: "100", quantity: "1" },
      { name: "CPU", unit: "quantity", unit_price: "7", quantity: "8" },
      { name: "support", unit: "month", unit_price: "6", quantity: "0.14" },
    ])
    await marketplace.save(copy, { state: UPDATING })
    await marketplace.save(copy, { state: OK }, "2026-12-02T00:00:00Z")
    t.strictSame(
      names(await itemsOf(marketplace, copy)),
      ["setup", "CPU", "support", "support"],
      "in the next month what is paid by the month",
    )
    t.strictSame(names(await itemsOf(marketplace, older)), ["support", "support"])
  }),
)

t.test("a plan without components, components without a plan's price, and no plan give no items", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool } = marketplace
    const empty = await marketplace.resource({ plan_id: await marketplace.plan("month", []) })
    await marketplace.save(empty, { state: OK })
    t.strictSame(await itemsOf(marketplace, empty), [])
    const none = await marketplace.resource({ plan_id: null })
    await marketplace.save(none, { state: OK })
    t.strictSame(await itemsOf(marketplace, none), [])
    t.match(await invoices(marketplace), [{ total_price: "0.00", items: 0 }])
    await pool.query(
      "delete from marketplace_plancomponent price using marketplace_offeringcomponent component where component.id = component_id and type <> 'ram'",
    )
    const some = await marketplace.resource()
    await marketplace.save(some, { state: OK })
    t.strictSame(names(await itemsOf(marketplace, some)), ["RAM"])
  }),
)

t.test("prices keep their ten digits, and each item is rounded up to a hundredth", (t) =>
  withMarketplace(async (marketplace) => {
    const plan_id = await marketplace.plan("month", [
      { type: "cores", billing_type: "limit", limit_period: "month", price: "0.1234567891" },
      { type: "ram", billing_type: "limit", limit_period: "month", price: "0.0000000001" },
      {
        type: "gigabytes_ssd",
        billing_type: "limit",
        limit_period: "month",
        price: "900719925474.0993000001",
      },
    ])
    const copy = await marketplace.resource({ plan_id, limits: { cores: 3, ram: 1_024, gigabytes_ssd: 1 } })
    await marketplace.save(copy, { state: OK })
    t.strictSame(
      (await itemsOf(marketplace, copy)).map(({ unit_price }) => unit_price),
      ["0.1234567891", "0.0000000001", "900719925474.0993000001"],
    )
    t.match(await invoices(marketplace), [{ total_price: "900719925474.49" }], "0.38 + 0.01 + …474.10")
  }),
)

t.test("in the last second of a month the invoice is that month's, for one day", (t) =>
  withMarketplace(async (marketplace) => {
    const plan_id = await marketplace.plan("day", [
      { type: "cores", billing_type: "limit", limit_period: "month", price: "2" },
    ])
    const last = await marketplace.resource({ plan_id })
    await marketplace.save(last, { state: OK }, "2026-11-30T23:59:59.999Z")
    const next = await marketplace.resource({ plan_id, state: CREATING })
    await marketplace.save(next, { state: OK }, "2026-12-01T00:00:00.000Z")
    t.match(await itemsOf(marketplace, last), [{ quantity: "8" }, { quantity: "248" }])
    t.match(await itemsOf(marketplace, next), [{ quantity: "248", end: "2026-12-31 23:59:59.999999" }])
    t.match(await invoices(marketplace), [
      { month: 11, total_price: "16.00" },
      { month: 12, total_price: "992.00" },
    ])
  }),
)

t.test("the plan that counts is the one at the time at which the resource becomes OK", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    const plan_id = await marketplace.plan("day", [
      { type: "cores", billing_type: "limit", limit_period: "month", price: "2" },
    ])
    await marketplace.save(copy, { plan_id })
    await marketplace.save(copy, { state: OK })
    t.match(await itemsOf(marketplace, copy), [{ unit: "day", unit_price: "2", quantity: "32" }])
  }),
)

t.test(
  "two resources of a customer that become OK at the same time get one invoice with the items of both",
  (t) =>
    withMarketplace(async (marketplace) => {
      const { db } = marketplace
      const older = await marketplace.resource({ state: OK })
      const first = await marketplace.resource()
      const second = await marketplace.resource()
      const { promise: canCommit, resolve: commit } = Promise.withResolvers<void>()
      const { promise: isSaved, resolve: saved } = Promise.withResolvers<void>()
      const one = db.transaction().execute(async (trx) => {
        await marketplace.saveIn(trx, first, { state: OK })
        saved()
        await canCommit
      })
      await isSaved
      const other = marketplace.save(second, { state: OK })
      await untilBlocked(marketplace)
      commit()
      await Promise.all([one, other])
      for (const resource of [older, first, second]) {
        t.equal((await itemsOf(marketplace, resource)).length, 3)
      }
      t.match(await invoices(marketplace), [{ total_price: "183.00", items: 9 }])
      t.strictSame(await estimates(marketplace), { project: 183, customer: 183 })
    }),
)

t.test("a transaction that is rolled back leaves no invoice, and the waiting one makes it", (t) =>
  withMarketplace(async (marketplace) => {
    const { db } = marketplace
    const first = await marketplace.resource()
    const second = await marketplace.resource()
    const { promise: canFail, resolve: fail } = Promise.withResolvers<void>()
    const { promise: isSaved, resolve: saved } = Promise.withResolvers<void>()
    const one = db.transaction().execute(async (trx) => {
      await marketplace.saveIn(trx, first, { state: OK })
      saved()
      await canFail
      throw new Error("killed")
    })
    await isSaved
    const other = marketplace.save(second, { state: OK })
    await untilBlocked(marketplace)
    fail()
    await t.rejects(one, { message: "killed" })
    await other
    t.strictSame(await itemsOf(marketplace, first), [])
    t.match(await invoices(marketplace), [{ total_price: monthly, items: 3 }])
  }),
)

t.test("a termination ends the items of the month", async (t) => {
  await ended(t, "day", "limit", { quantity: "16", unit: "day" })
  await ended(t, "month", "limit", { quantity: "8", unit: "month" })
  await ended(t, "month", "fixed", { quantity: "0.07", unit: "month" })
  await ended(t, "day", "fixed", { quantity: "2", unit: "day" })
})

/** A resource that is OK on 20 November and terminated a day later. */
async function ended(t: Test, unit: string, billing_type: string, item: Partial<Item>): Promise<void> {
  await withMarketplace(async (marketplace) => {
    const plan_id = await marketplace.plan(unit, [
      { type: "cores", billing_type, limit_period: "month", price: "3", amount: 1 },
      { type: "setup", billing_type: "one", price: "100" },
    ])
    const copy = await marketplace.resource({ plan_id })
    await marketplace.save(copy, { state: OK }, "2026-11-20T10:00:00Z")
    await marketplace.save(copy, { state: TERMINATED }, "2026-11-21T12:00:00Z")
    const items = await itemsOf(marketplace, copy)
    t.match(
      items,
      [
        { ...item, end: "2026-11-21 12:00:00.000000" },
        { name: "setup", quantity: "1", end: "2026-11-30 23:59:59.999999" },
      ],
      `${billing_type} by ${unit}`,
    )
    if (billing_type === "limit") {
      t.match(items[0]?.details.resource_limit_periods, [
        { end: "2026-11-21T12:00:00.000+00:00", quantity: 8, billing_periods: 2, total: "16" },
      ])
    }
    const price = 3 * Number(item.quantity) + 100
    t.match(await invoices(marketplace), [{ total_price: price.toFixed(2) }])
    t.strictSame(await estimates(marketplace), { project: price, customer: price })
    await marketplace.save(copy, { state: TERMINATED }, "2026-11-25T12:00:00Z")
    t.strictSame(await itemsOf(marketplace, copy), items, "a second time changes nothing")
  })
}

t.test("the termination of a copy that never became OK bills nothing", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    await marketplace.save(copy, { state: ERRED })
    await marketplace.save(copy, { state: TERMINATED })
    t.strictSame(await invoices(marketplace), [])
  }),
)

t.test("a customer with thousands of resources gets an invoice in a fixed number of statements", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    const copy = await marketplace.resource()
    await pool.query(
      `insert into marketplace_resource
       select (jsonb_populate_record(resource, jsonb_build_object('id', 100000 + n, 'uuid', gen_random_uuid(), 'state', 2,
         'object_id', null, 'content_type_id', null, 'slug', 'many-' || n))).*
       from marketplace_resource resource, generate_series(1, 5000) n where resource.id = $1`,
      [copy.id],
    )
    await marketplace.save(copy, { state: OK })
    t.match(await invoices(marketplace), [{ total_price: "305061.00", items: 15_003 }])
    t.match(await estimates(marketplace), { project: 305_061 })
    t.ok(rows)
  }),
)

t.test("with billing switched off nothing is billed", (t) =>
  withMarketplace(
    async (marketplace) => {
      const copy = await marketplace.resource()
      await marketplace.save(copy, { state: OK })
      t.strictSame(await invoices(marketplace), [])
    },
    { billing: false },
  ),
)

async function insertInvoice({ pool, rows }: Marketplace, state: string): Promise<void> {
  await insertRef(pool, "invoices_invoice", {
    year: 2026,
    month: 11,
    state,
    customer_id: rows.customer.id,
    tax_percent: 0,
    total_cost: 0,
    total_price: 0,
    created: "2026-11-01",
  })
}

/** Waits until a transaction waits for another one's lock. */
async function untilBlocked({ pool }: Marketplace): Promise<void> {
  await waitFor("a transaction to wait for the lock of another one", async () => {
    const { rowCount } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    return rowCount !== 0
  })
}
