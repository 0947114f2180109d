import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { ask } from "../helpers/http.ts"
import { withWorld } from "../helpers/world.ts"

interface Row {
  readonly uuid: string
  readonly created: string
}

t.test("the list has pages, filters and links as in Waldur, and only visible migrations", (t) =>
  withWorld(
    async (world) => {
      const one = await world.importTenant(demoTenant("small"))
      const two = await world.importTenant(demoTenant("small"))
      const uuids: string[] = []
      for (let number = 0; number < 12; number++) {
        const { uuid } = await world.create(number < 9 ? one : two, { name: `copy ${number}` })
        uuids.push(uuid)
      }
      const { owner, staff, stranger } = world.rows.users
      const base = `${world.url}/api/openstack-migrations/`
      const get = (query = "", token = owner.token) => ask(base + query, { token })
      const shown = async (query: string) => ((await get(query)).body as Row[]).map((row) => row.uuid)

      t.strictSame(await shown(""), uuids.slice(0, 10), "shows ten, the oldest first")
      t.strictSame(await shown("?page=2"), uuids.slice(10), "continues on the second page")
      t.strictSame(await shown("?page=last&page_size=5"), uuids.slice(10), "has a last page")
      t.strictSame(await shown("?page_size=300"), uuids)
      t.strictSame(await shown("?o=-created&page_size=20"), uuids, "ignores other orders")

      const page = await get("?page=2&page_size=5")
      t.equal(page.headers.get("x-result-count"), "12")
      t.equal(
        page.headers.get("link"),
        [
          `<${base}?page_size=5>; rel="first"`,
          `<${base}?page_size=5>; rel="prev"`,
          `<${base}?page=3&page_size=5>; rel="next"`,
          `<${base}?page=3&page_size=5>; rel="last"`,
        ].join(", "),
        "has links in the form that Waldur's clients parse",
      )
      const head = await ask(base, { method: "HEAD", token: owner.token })
      t.equal(head.status, 200)
      t.equal(head.headers.get("x-result-count"), "12", "counts without a body")
      t.equal(head.body, null)
      for (const query of ["?page=0", "?page=x", "?page=3"]) {
        const { status, body } = await get(query)
        t.equal(status, 404)
        t.strictSame(body, { detail: "Invalid page." }, query)
      }

      t.equal((await shown(`?src_resource_uuid=${two.resourceUuid}`)).length, 3, "filters by source")
      const [first] = (await get("")).body as { dst_resource_uuid: string }[]
      const spelled = dashedUpper(first?.dst_resource_uuid ?? "")
      t.strictSame(
        await shown(`?dst_resource_uuid=${spelled}`),
        uuids.slice(0, 1),
        "accepts a uuid in any spelling",
      )
      t.strictSame(await shown(`?src_resource_uuid=&page_size=20`), uuids, "ignores an empty filter")
      t.strictSame(await shown(`?src_resource_uuid=00000000000000000000000000000009`), [])
      t.strictSame((await get("?src_resource_uuid=zz")).body, { src_resource_uuid: ["Enter a valid UUID."] })

      t.strictSame((await get("", stranger.token)).body, [], "hides migrations of other users")
      t.equal(((await get("?page_size=20", staff.token)).body as Row[]).length, 12, "shows staff everything")
      const detail = `${base}${uuids[0]}/`
      t.match((await ask(detail, { token: owner.token })).body, {
        uuid: uuids[0],
        state: "CREATION_SCHEDULED",
      })
      const hidden = await ask(detail, { token: stranger.token })
      t.strictSame([hidden.status, hidden.body], [404, { detail: "No Migration matches the given query." }])
      t.equal((await ask(`${base}zz/`, { token: owner.token })).status, 404)
      const put = await ask(base, { method: "PUT", token: owner.token, body: {} })
      t.strictSame([put.status, put.body], [405, { detail: 'Method "PUT" not allowed.' }])
    },
    { worker: false },
  ),
)

t.test("a request is authenticated by a token, in the forms that Waldur's clients send", (t) =>
  withWorld(
    async (world) => {
      const { token } = world.rows.users.owner
      const statusOf = async (authorization?: string) => {
        const { status, body, headers } = await ask(`${world.url}/api/openstack-migrations/`, {
          headers: authorization === undefined ? {} : { authorization },
        })
        if (status === 401) t.equal(headers.get("www-authenticate"), "Token")
        return status === 200 ? 200 : (body as { detail: string }).detail
      }
      for (const [rule, header, want] of [
        ["a token is accepted", `Token ${token}`, 200],
        ["the scheme is case-insensitive", `token ${token}`, 200],
        ["Bearer is accepted, as Waldur's JavaScript client sends it", `Bearer ${token}`, 200],
        ["both schemes are accepted, as that client also sends them", `Bearer Token ${token}`, 200],
        ["a header is required", undefined, "Authentication credentials were not provided."],
        ["a scheme is required", token, "Authentication credentials were not provided."],
        ["an unknown token is refused", "Token 0123", "Invalid token."],
        ["a scheme without a token is refused", "Token", "Invalid token. No credentials provided."],
        ["two tokens are refused", "Token a b", "Invalid token. Token string should not contain spaces."],
      ] as const) {
        t.equal(await statusOf(header), want, rule)
      }
      await world.pool.query("update core_user set token_lifetime = 3600 where username = 'owner'")
      t.equal(await statusOf(`Token ${token}`), 200)
      await world.pool.query("update authtoken_token set created = now() - interval '50 minutes'")
      t.equal(await statusOf(`Token ${token}`), 200)
      const { rows } = await world.pool.query(
        "select created > now() - interval '10 minutes' as fresh from authtoken_token where key = $1",
        [token],
      )
      t.equal(rows[0].fresh, true, "each request restarts the token's lifetime")
      await world.pool.query("update authtoken_token set created = now() - interval '2 hours'")
      t.equal(await statusOf(`Token ${token}`), "Token has expired.")
      await world.pool.query(
        "update core_user set is_active = false, token_lifetime = null where username = 'owner'",
      )
      t.equal(await statusOf(`Token ${token}`), "User inactive or deleted.")
    },
    { worker: false },
  ),
)

function dashedUpper(uuid: string): string {
  return uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-").toUpperCase()
}
