import t from "tap"
import { buildServer } from "../../host/server.ts"
import { withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"
import { type DemoApi, type Row, withApi } from "./demo-api.ts"

t.test("what the pages of Waldur's front end read", (t) =>
  withApi(async (api) => {
    await t.test("before the sign-in", (t) => beforeSignIn(api, t))
    await t.test("of a resource", (t) => ofResource(api, t))
    await t.test("of a project and an organization", (t) => ofOwners(api, t))
    await t.test("of invoices", (t) => ofInvoices(api, t))
    await t.test("that the host does not have is empty", (t) => absent(api, t))
  }),
)

async function beforeSignIn({ get }: DemoApi, t: Tap) {
  const anonymous = { headers: { authorization: "" } }
  t.match((await get("configuration/", anonymous)).body, {
    LANGUAGES: [["en", "English"]],
    LANGUAGE_CODE: "en",
    WALDUR_CORE: { LANGUAGE_CHOICES: "en", USER_MANDATORY_FIELDS: [] },
    WALDUR_MARKETPLACE: { ENABLE_RESOURCE_END_DATE: false },
    WALDUR_OPENSTACK: { TENANT_CREDENTIALS_VISIBLE: false },
  })
  const roles = await get("roles/?page_size=300", anonymous)
  t.equal(roles.status, 200)
  const owner = (roles.body as readonly Row[]).find(({ name }) => name === "CUSTOMER.OWNER")
  t.match(owner, {
    content_type: "customer",
    is_active: true,
    users_count: 1,
    description: "Organization owner",
  })
  t.match(JSON.stringify(owner?.permissions), /"CUSTOMER.UPDATE"/)
  t.equal((await get("roles/", { token: "0".repeat(40) })).status, 401, "a wrong token is refused")
}

async function ofResource({ get, rows, migration }: DemoApi, t: Tap) {
  const path = `marketplace-resources/${migration.dst_resource_uuid}/`
  const resource = (await get(path)).body as Row
  t.match(resource, { endpoints: [], backend_metadata: {}, category_title: "Private clouds" })
  t.match(resource.category_uuid, /^[0-9a-f]{32}$/)
  const offering = (await get(`${path}offering/`)).body as { components: readonly Row[] }
  t.match(offering, { endpoints: [], category_uuid: resource.category_uuid })
  const factors = offering.components.map(({ type, factor }) => [type, factor])
  t.match(factors, [
    ["cores", 1],
    ["ram", 1_024],
    ["storage", 1_024],
  ])
  const provider = await get(`marketplace-provider-offerings/${resource.offering_uuid}/`)
  t.match(provider.body, {
    name: resource.offering_name,
    plans: [{ components: [{ type: "cores", price: /^5/ }] }],
  })
  const { tenant_uuid } = (await rows("openstack-routers/?page_size=1"))[0] ?? {}
  t.type(tenant_uuid, "string")
  for (const [list, resource_type] of [
    ["openstack-networks", "OpenStack.Network"],
    ["openstack-subnets", "OpenStack.SubNet"],
    ["openstack-routers", "OpenStack.Router"],
    ["openstack-ports", "OpenStack.Port"],
    ["openstack-security-groups", "OpenStack.SecurityGroup"],
    ["openstack-volumes", "OpenStack.Volume"],
    ["openstack-floating-ips", "OpenStack.FloatingIP"],
  ] as const) {
    t.match((await rows(`${list}/?page_size=1&field=resource_type&field=state`))[0], {
      resource_type,
      state: "OK",
    })
  }
  const [order] = await rows(`marketplace-orders/?resource_uuid=${resource.uuid}`)
  t.match(order, {
    attributes: { name: "copy" },
    new_plan_name: "Standard",
    consumer_reviewed_by_full_name: "Olga Example",
    consumer_reviewed_by_username: "owner",
    provider_reviewed_by_full_name: "Olga Example",
  })
  const usages = await rows(`marketplace-component-usages/?resource_uuid=${resource.uuid}&type=cores`)
  t.ok(usages.some(({ usage, billing_period }) => usage === 3 && billing_period === "2001-02-01"))
  const periods = await rows(`${path}plan_periods/`)
  t.ok(periods.some(({ components }) => (components as readonly Row[])[0]?.type === "cores"))
  const offered = await rows(`${path}offering_for_subresources/`)
  t.ok(offered.some(({ type }) => type === "OpenStack.Instance"))
}

async function ofOwners({ get, rows, world }: DemoApi, t: Tap) {
  const { customer, project, users } = world.rows
  const [category] = await rows("marketplace-categories/?title=clouds")
  const shown = (await get(`projects/${project.uuid}/`)).body as Row
  t.match(shown, { resources_count: 2, marketplace_resource_count: { [String(category?.uuid)]: 2 } })
  t.match(shown, { billing_price_estimate: { total: /^\d+\.\d\d$/, tax: "0.00" } })
  t.strictSame((await get("marketplace-global-categories/")).body, { [String(category?.uuid)]: 2 })
  t.strictSame((await get(`marketplace-global-categories/?project_uuid=${customer.uuid}`)).body, {})
  t.strictSame((await get("marketplace-global-categories/", { token: users.stranger.token })).body, {})
  t.match((await get(`customers/${customer.uuid}/`)).body, {
    display_name: "University of Examples (UE)",
    projects_count: 1,
    users_count: 1,
    is_service_provider: false,
  })
  const [creator] = await rows("users/")
  t.match(creator, { username: "owner", full_name: "Olga Example" }, "of three users the owner sees one")
  t.equal((await get(`users/${creator?.uuid}/`)).status, 200)
  t.equal((await get(`users/${users.staff.uuid}/`)).status, 404)
  t.strictSame((await rows("customers/")).length, 1, "of two customers the owner sees one")
  const url = encodeURIComponent(String(shown.customer))
  t.equal((await rows(`projects/?customer=${url}`)).length, 1, "filtered by a URL")
}

async function ofInvoices({ rows, world }: DemoApi, t: Tap) {
  const { customer, users } = world.rows
  const query = `invoices/?customer_uuid=${customer.uuid}&year=2001&month=2`
  const [invoice] = await rows(query)
  t.match(invoice, {
    price: "0.67",
    tax: "0.13",
    total: "0.80",
    state: "pending",
    invoice_date: "2001-03-01",
    due_date: "2001-03-31",
    items: [{ name: "copy / CPU", quantity: "2.0000000", price: "0.67" }],
  })
  t.strictSame(await rows(query, { token: users.stranger.token }), [], "other users see none")
  t.strictSame(await rows("invoices/?year=x"), [], "a year that is no number matches none")
  const [item] = await rows("invoice-items/?year=2001")
  t.match(item, { price: 0.67, invoice: invoice?.url, offering_component_type: "cores" })
}

async function absent({ get }: DemoApi, t: Tap) {
  const uuid = "0".repeat(32)
  for (const path of [
    "keys/",
    "openstack-backups/?tenant_uuid=1",
    `projects/${uuid}/list_users/`,
    "invoice-items/costs/",
  ]) {
    const { status, headers, body } = await get(path)
    t.strictSame([status, body, headers.get("x-result-count")], [200, [], "0"], path)
  }
  t.strictSame((await get(`customers/${uuid}/stats/`)).body, {})
  t.equal((await get("keys/", { method: "POST", body: {} })).status, 405)
}

t.test("unknown paths and other origins", (t) =>
  withDatabase(async ({ pool }) => {
    const app = await buildServer({ pool, worker: false, origins: ["http://localhost:8001"] })
    const url = await app.listen({ host: "127.0.0.1", port: 0 })
    const origin = "http://localhost:8001"
    const unknown = await ask(`${url}/api/unknown/`)
    t.strictSame([unknown.status, unknown.body], [404, { detail: "Not found." }])
    const list = `${url}/api/configuration/`
    const read = await ask(list, { headers: { origin } })
    t.equal(read.headers.get("access-control-allow-origin"), origin)
    t.match(read.headers.get("access-control-expose-headers"), /Link, X-Result-Count/)
    t.equal(read.headers.get("vary"), "Origin")
    const asked = { origin, "access-control-request-method": "POST" }
    const preflight = await ask(`${url}/api/openstack-migrations/`, { method: "OPTIONS", headers: asked })
    t.equal(preflight.status, 204, "a browser's question is answered without a token")
    t.match(preflight.headers.get("access-control-allow-headers"), /Authorization/)
    t.match(preflight.headers.get("access-control-allow-methods"), /PATCH/)
    const other = await ask(list, { headers: { origin: "http://other.example" } })
    t.strictSame([other.status, other.headers.get("access-control-allow-origin")], [200, null])
    await app.close()
  }),
)

type Tap = Pick<typeof t, "equal" | "ok" | "strictSame" | "match" | "type">
