import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { insertRef, insertRow } from "../../host/waldur/insert.ts"
import { type Answer, ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const block = "block_creation_of_new_resources"
const text = ["Creation of new resources in this project is not available due to a policy."]

/** Requests a copy of a tenant, or its preview. */
function request(world: TestWorld, src_resource: string, preview = false): Promise<Answer> {
  return ask(`${world.url}/api/openstack-migrations/${preview ? "preview/" : ""}`, {
    method: "POST",
    token: world.rows.users.owner.token,
    body: {
      src_resource,
      dst_offering: world.rows.destination.offering.uuid,
      dst_plan: world.rows.destinationPlan.uuid,
    },
  })
}

async function addPolicy(
  { pool, rows }: TestWorld,
  scope: "project" | "customer",
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  await pool.query("delete from policy_projectestimatedcostpolicy")
  await pool.query("delete from policy_customerestimatedcostpolicy")
  await insertRef(pool, `policy_${scope}estimatedcostpolicy`, {
    scope_id: rows[scope].id,
    has_fired: false,
    actions: `notify_organization_owners,${block}`,
    limit_cost: 100,
    period: 2,
    ...more,
  })
}

/** Adds an invoice with one item, some months ago. */
async function addInvoice({ pool, rows }: TestWorld, monthsAgo: number, price: number): Promise<void> {
  const at = new Date()
  at.setUTCDate(1)
  at.setUTCMonth(at.getUTCMonth() - monthsAgo)
  const invoice = await insertRef(pool, "invoices_invoice", {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    state: "pending",
    customer_id: rows.customer.id,
    tax_percent: 20,
    total_cost: 0,
    total_price: 0,
  })
  await insertRow(pool, "invoices_invoiceitem", {
    invoice_id: invoice.id,
    unit: "month",
    unit_price: price,
    quantity: 1,
    start: at,
    end: at,
    project_id: rows.project.id,
  })
}

t.test("a triggered policy that blocks new resources refuses a request and its preview", (t) =>
  withWorld(
    async (world) => {
      const { resourceUuid } = await world.importTenant(demoTenant("small"))
      for (const scope of ["project", "customer"] as const) {
        await addPolicy(world, scope, { has_fired: true })
        for (const preview of [false, true]) {
          const { status, body } = await request(world, resourceUuid, preview)
          t.strictSame([status, body], [400, text], scope)
        }
      }
      const { rowCount } = await world.pool.query("select from waldur_openstack_replication_migration")
      t.equal(rowCount, 0)
    },
    { worker: false },
  ),
)

t.test("a policy is triggered by the invoices of its period, taxes included", (t) =>
  withWorld(
    async (world) => {
      const { resourceUuid } = await world.importTenant(demoTenant("small"))
      const isBlocked = async (scope: "project" | "customer", more: Readonly<Record<string, unknown>>) => {
        await addPolicy(world, scope, more)
        const { status, body } = await request(world, resourceUuid, true)
        if (status !== 200) t.strictSame([status, body], [400, text])
        return status === 400
      }
      await addInvoice(world, 0, 10)
      for (const scope of ["project", "customer"] as const) {
        t.notOk(await isBlocked(scope, { limit_cost: 12 }))
        t.ok(await isBlocked(scope, { limit_cost: 11 }), "10 and 20 % tax are 12")
        t.notOk(await isBlocked(scope, { limit_cost: 11, actions: "notify_organization_owners" }))
      }
      await addInvoice(world, 2, 100)
      await addInvoice(world, 11, 1_000)
      await addInvoice(world, 12, 10_000)
      t.ok(await isBlocked("project", { limit_cost: 131, period: 3 }))
      t.notOk(await isBlocked("project", { limit_cost: 132, period: 3 }), "3 months")
      t.notOk(await isBlocked("project", { limit_cost: 1_332, period: 4 }), "12 months")
      t.ok(await isBlocked("project", { limit_cost: 1_332, period: 1 }), "all")
      await world.pool.query("update invoices_invoice set state = 'canceled'")
      t.notOk(await isBlocked("project", { limit_cost: 0, period: 1 }))
    },
    { worker: false },
  ),
)

t.test("a host without policies needs none of their tables", (t) =>
  withWorld(
    async (world) => {
      await world.pool.query("drop table policy_projectestimatedcostpolicy")
      const { resourceUuid } = await world.importTenant(demoTenant("small"))
      t.equal((await request(world, resourceUuid)).status, 201)
    },
    { worker: false },
  ),
)
