import t from "tap"
import { insertRef, insertRow } from "../../host/waldur/insert.ts"
import { contract } from "./contract.ts"
import { type DemoApi, type Row, withApi } from "./demo-api.ts"

const lists = contract.operations
  .filter(({ path, answer }) => answer.endsWith("[]") && !path.includes("{uuid}"))
  .map(({ path }) => path.replace("/api/", ""))
/** Visible to all users: offerings with what their shared clouds have, categories, roles, kinds of offerings. */
const open = [
  ...["marketplace-public-offerings/", "marketplace-categories/", "marketplace-plugins/", "roles/"],
  ...["openstack-volume-types/", "openstack-flavors/", "openstack-images/"],
]

t.test("rows are visible by role", (t) =>
  withApi(async (api) => {
    const { staff, stranger } = api.world.rows.users
    const closed = lists.filter((list) => !open.includes(list) && list !== "events/")

    await t.test("a user without a role sees only offerings", async (t) => {
      for (const list of closed) {
        t.strictSame(await api.rows(list, { token: stranger.token }), [], list)
        const [row] = await api.rows(list, { token: staff.token })
        const { status, body } = await api.get(`${list}${row?.uuid}/`, { token: stranger.token })
        t.equal(status, 404)
        t.match(body, { detail: /^No \w+ matches the given query\.$/ }, "and does not learn that it is there")
      }
      for (const list of open) t.ok((await api.rows(list, { token: stranger.token })).length > 0, list)
    })
    await t.test("staff and support see everything", async (t) => {
      await promote(api, "is_support = true")
      for (const list of closed) {
        const all = await api.rows(list, { token: staff.token })
        t.ok(all.length > 0, list)
        t.strictSame(await api.rows(list, { token: stranger.token }), all)
      }
      await promote(api, "is_support = false")
    })
    await t.test("a member of the project sees its rows, a former member does not", async (t) => {
      const role = await giveRole(api, "PROJECT.MEMBER", "project", api.world.rows.project.id)
      for (const list of closed) {
        const rows = await api.rows(list, { token: stranger.token })
        t.strictSame(rows, await api.rows(list), list)
      }
      const { body } = await api.get("users/me/", { token: stranger.token })
      t.match(body, { permissions: [{ role_name: "PROJECT.MEMBER", scope_name: "Climate models" }] })
      await api.world.pool.query("update permissions_userrole set is_active = false where id = $1", [role])
      t.strictSame(await api.rows("marketplace-resources/", { token: stranger.token }), [])
    })
  }),
)

t.test("offerings", (t) =>
  withApi(async (api) => {
    const { pool, rows } = api.world
    const seen = async (token: string, query = "") =>
      (await api.rows(`marketplace-public-offerings/?${query}`, { token })).map(({ uuid }) => uuid)
    const { owner, stranger, staff } = rows.users
    const { id, uuid } = rows.destination.offering
    const set = (change: string) => pool.query(`update marketplace_offering set ${change} where id = ${id}`)
    const dialog = `name=region&o=name&state=Active&type=OpenStack.Tenant&allowed_customer_uuid=${rows.customer.uuid}`

    const both = [rows.source.offering.uuid, uuid]
    t.strictSame(await seen(owner.token, dialog), both, "HomePort's dialog finds those that are shared")
    await set("state = 3")
    t.notOk((await seen(owner.token)).includes(uuid), "a paused one is not on offer")
    t.ok((await seen(staff.token)).includes(uuid), "but staff sees it")
    await set(`state = 2, shared = false, customer_id = ${rows.customer.id}`)
    t.ok((await seen(owner.token, dialog)).includes(uuid), "a private one is its customer's")
    t.notOk((await seen(stranger.token)).includes(uuid))
    t.notOk((await seen(staff.token, `allowed_customer_uuid=${rows.provider.uuid}`)).includes(uuid))
    const plan = rows.destinationPlan.id
    const type = await insertRow(pool, "structure_organizationgrouptype", { name: "Science" })
    const group = await insertRef(pool, "structure_organizationgroup", { name: "Institutes", type_id: type })
    const kept = { plan_id: plan, organizationgroup_id: group.id }
    await insertRow(pool, "marketplace_plan_organization_groups", kept)
    t.notOk((await seen(owner.token)).includes(uuid), "not with a plan that is kept for a group of others")
    await pool.query("update structure_customer set organization_group_id = $1 where id = $2", [
      group.id,
      rows.customer.id,
    ])
    t.ok((await seen(owner.token)).includes(uuid), "but with one that is kept for its own")
    await pool.query("update marketplace_plan set archived = true where id = $1", [plan])
    t.notOk((await seen(owner.token)).includes(uuid), "not without a plan")
    const { body } = await api.get(`marketplace-resources/${api.migration.dst_resource_uuid}/offering/`)
    t.match(body, { uuid, plans: [] }, "who has a resource sees what it was ordered from")
  }),
)

t.test("single rows and other endpoints respond by role", (t) =>
  withApi(async ({ get, world, migration, tenant }) => {
    const anonymous = { headers: { authorization: "" } }
    const configuration = await get("configuration/", anonymous)
    t.match(configuration.body, { FEATURES: { openstack: { show_migrations: true } } }, "before signing in")
    await insertRow(world.pool, "core_feature", { key: "openstack.show_migrations", value: false })
    t.match((await get("configuration/")).body, { FEATURES: { openstack: { show_migrations: false } } })
    t.equal((await get("roles/", anonymous)).status, 200, "roles are read before signing in, too")
    const closed = lists.filter((list) => list !== "roles/")
    for (const list of [...closed, "users/me/", "lexis-links/", "projects/1/stats/"]) {
      const { status, headers } = await get(list, anonymous)
      t.strictSame([status, headers.get("www-authenticate")], [401, "Token"], list)
    }
    const me = (await get("users/me/")).body as Row
    t.match(me, { username: "owner", is_staff: false, permissions: [{ scope_type: "customer" }] })
    t.notOk("token" in me)

    const resource = `marketplace-resources/${tenant.resourceUuid}/`
    const { body } = await get(`${resource}details/`)
    t.match(body, { marketplace_resource_uuid: tenant.resourceUuid, state: "OK" }, "details are the tenant's")
    t.match((body as { quotas: unknown }).quotas, [{ name: "vcpu", limit: 8, usage: 0 }])
    const unknown = await get("marketplace-resources/zz/")
    t.strictSame([unknown.status, unknown.body], [404, { detail: "No Resource matches the given query." }])
    t.equal((await get(`${resource}details/`, { token: world.rows.users.stranger.token })).status, 404)
    const put = await get(resource, { method: "PUT", body: {} })
    t.strictSame([put.status, put.body], [405, { detail: 'Method "PUT" not allowed.' }])

    await world.pool.query(
      "update marketplace_resource set object_id = null, plan_id = null where uuid = $1",
      [migration.dst_resource_uuid],
    )
    const withoutTenant = `marketplace-resources/${migration.dst_resource_uuid}/`
    t.equal((await get(`${withoutTenant}details/`)).status, 204, "a resource without a tenant has no details")
    const shown = (await get(withoutTenant)).body as Row
    t.notOk("scope" in shown || "plan" in shown, "a missing URL is omitted")
    t.equal(shown.resource_uuid, null)
  }),
)

function promote({ world }: DemoApi, change: string) {
  return world.pool.query(`update core_user set ${change} where username = 'stranger'`)
}

async function giveRole({ world }: DemoApi, role: string, model: string, scope: number): Promise<number> {
  const { rows } = await world.pool.query<{ id: number }>(
    `insert into permissions_userrole (uuid, created, is_active, object_id, content_type_id, role_id, user_id)
     select gen_random_uuid(), now(), true, $3, type.id, role.id, $4
     from permissions_role as role, django_content_type as type where role.name = $1 and type.model = $2
     returning id`,
    [role, model, scope, world.rows.users.stranger.id],
  )
  return rows[0]?.id ?? 0
}
