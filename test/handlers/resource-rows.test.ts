import t from "tap"
import { createHandlers, insertRow, selectHandlers } from "../../src/handlers/index.ts"
import { CoreState, ResourceState } from "../../src/models/codes.ts"
import { resourceRow } from "../../src/models/new-tenant.ts"
import { withMarketplace } from "../helpers/marketplace.ts"

const { CREATING, OK, ERRED, UPDATING, TERMINATED } = ResourceState

t.test("an order has the name, the plan and the price of its resource", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, rows } = marketplace
    const copy = await marketplace.resource()
    await marketplace.endMigration(copy, CoreState.OK)
    const { rows: orders } = await pool.query(
      "select cost::text, attributes, plan_id, state, limits, created from marketplace_order where resource_id = $1",
      [copy.id],
    )
    const { rows: resources } = await pool.query(
      "select name, state from marketplace_resource where id = $1",
      [copy.id],
    )
    t.strictSame(orders, [
      {
        cost: "61.0000000000",
        attributes: { name: resources[0].name },
        plan_id: rows.destinationPlan.id,
        state: 3,
        limits: { cores: 8, ram: 16_384, gigabytes_ssd: 50 },
        created: new Date("2026-11-27T23:27:32.545Z"),
      },
    ])
    t.equal(resources[0].state, OK)
  }),
)

t.test("the price of an order counts limits, fixed and one-time prices, and is null without prices", (t) =>
  withMarketplace(async (marketplace) => {
    const costOf = async (plan_id: number | null, limits: Record<string, number>) => {
      const copy = await marketplace.resource({ plan_id, limits })
      await marketplace.endMigration(copy, CoreState.OK)
      const { rows } = await marketplace.pool.query(
        "select trim_scale(cost)::text as cost from marketplace_order where resource_id = $1",
        [copy.id],
      )
      return rows[0].cost
    }
    const plan = await marketplace.plan("month", [
      { type: "cores", billing_type: "limit", limit_period: "month", price: "0.1234567891" },
      { type: "ram", billing_type: "limit", limit_period: "month", price: "1" },
      { type: "storage", billing_type: "limit", limit_period: "month", price: "1" },
      { type: "support", billing_type: "fixed", price: "10", amount: 2 },
      { type: "setup", billing_type: "one", price: "100" },
      { type: "traffic", billing_type: "usage", price: "1000" },
    ])
    t.equal(await costOf(plan, { cores: 3, ram: 2_560, storage: -1, traffic: 5 }), "122.3703703673")
    t.equal(await costOf(await marketplace.plan("month", []), { cores: 3 }), null)
    t.equal(await costOf(null, { cores: 3 }), null)
  }),
)

t.test("a resource follows its migration also where orders are switched off", (t) =>
  withMarketplace(
    async (marketplace) => {
      const stateOf = async (state: number, backend_id: string) => {
        const copy = await marketplace.resource({ backend_id })
        await marketplace.endMigration(copy, state)
        const { rows } = await marketplace.pool.query(
          "select state from marketplace_resource where id = $1",
          [copy.id],
        )
        return rows[0].state
      }
      t.equal(await stateOf(CoreState.OK, "project"), OK)
      t.equal(await stateOf(CoreState.ERRED, "project"), ERRED)
      t.equal(await stateOf(CoreState.ERRED, ""), TERMINATED, "nothing was created in the cloud")
      t.equal((await marketplace.pool.query("select from marketplace_order")).rowCount, 0)
    },
    { orders: false },
  ),
)

t.test("a plan period is opened once and closed by the termination", (t) =>
  withMarketplace(async (marketplace) => {
    const copy = await marketplace.resource()
    for (const state of [OK, UPDATING, OK]) await marketplace.save(copy, { state })
    await marketplace.save(copy, { state: TERMINATED }, "2026-11-28T00:00:00Z")
    const { rows } = await marketplace.pool.query(
      `select start, "end", plan_id from marketplace_resourceplanperiod where resource_id = $1`,
      [copy.id],
    )
    t.strictSame(rows, [
      {
        start: new Date("2026-11-27T23:29:12.141Z"),
        end: new Date("2026-11-28T00:00:00Z"),
        plan_id: marketplace.rows.destinationPlan.id,
      },
    ])
    const without = await marketplace.resource({ plan_id: null, state: CREATING })
    await marketplace.save(without, { state: OK })
    const { rowCount } = await marketplace.pool.query("select from marketplace_resourceplanperiod")
    t.equal(rowCount, 1, "none without a plan")
  }),
)

t.test("a new resource gets a quota for each component that it has a limit for, in the limit's unit", (t) =>
  withMarketplace(async (marketplace) => {
    const { pool, db, rows } = marketplace
    await pool.query(
      "update marketplace_offeringcomponent set billing_type = 'usage' where type = 'gigabytes_ssd'",
    )
    const { tenantId } = await marketplace.resource()
    await pool.query("update marketplace_resource set object_id = null, content_type_id = null")
    const { hooks } = createHandlers({
      handlers: selectHandlers(),
      host: {},
      queueSchema: "graphile_worker",
    })
    await db.transaction().execute(async (trx) => {
      const row = await resourceRow(trx, {
        now: new Date(),
        projectId: rows.project.id,
        offeringId: rows.destination.offering.id,
        planId: rows.destinationPlan.id,
        tenantId,
        name: "copy",
        description: "",
        limits: { cores: 24, ram: 51_200, gigabytes_ssd: 5, unknown: 1 },
      })
      await insertRow(trx, hooks, "resource", row)
    })
    const { rows: quotas } = await pool.query(
      `select type, trim_scale("limit")::text as "limit", usage::text from marketplace_componentquota
         join marketplace_offeringcomponent component on component.id = component_id order by type`,
    )
    t.strictSame(quotas, [
      { type: "cores", limit: "24", usage: "0.00" },
      { type: "ram", limit: "51200", usage: "0.00" },
    ])
  }),
)
