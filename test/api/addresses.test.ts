import { Agent } from "node:http"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { type Ask, ask } from "../helpers/http.ts"
import { withWorld } from "../helpers/world.ts"
import { send } from "../waldur/raw-request.ts"

const root = "/api/openstack-migrations/"

const onList = "GET, POST, HEAD, OPTIONS"
const onDetail = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"

t.test("each address answers other methods, a missing slash and unknown names as Waldur does", (t) =>
  withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const { token } = world.rows.users.owner
      const at = (path: string, request: Ask = {}) => ask(world.url + root + path, { token, ...request })

      for (const [method, path, allow] of [
        ["PUT", "", onList],
        ["DELETE", "", onList],
        ["QUERY", "", onList],
        ["POST", `${uuid}/`, onDetail],
        ["QUERY", `${uuid}/`, onDetail],
        ["PROPFIND", `${uuid}/`, onDetail],
        ["GET", "preview/", "POST, OPTIONS"],
        ["GET", `${uuid}/retry/`, "POST, OPTIONS"],
        ["DELETE", `${uuid}/report/`, "GET, HEAD, OPTIONS"],
        ["POST", `${uuid}/events/`, "GET, OPTIONS"],
      ] as const) {
        const raw = method === "GET" ? {} : { raw: "{nope" }
        const { status, body, headers } = await at(path, { method, ...raw })
        t.strictSame(
          [status, body, headers.get("x-error-code"), headers.get("allow")],
          [405, { detail: `Method "${method}" not allowed.` }, "METHOD_NOT_ALLOWED", allow],
          `${method} ${path} is not allowed, whatever its body`,
        )
      }

      for (const path of ["nothing/here/", `${uuid}/nothing/`, `${uuid}/nothing`, `${uuid}/retry/x/`]) {
        for (const method of ["GET", "POST", "QUERY"]) {
          const { status, body, headers } = await at(path, { method })
          t.strictSame(
            [status, body, headers.get("x-error-code"), headers.get("allow")],
            [404, { detail: "Not found." }, "NOT_FOUND", null],
            `${method} ${path} is unknown`,
          )
        }
      }
      t.match(
        await ask(`${world.url}/api/nothing/`),
        { status: 404, body: { detail: "Not found." } },
        "also an address of the host",
      )
      t.equal((await at("nothing/here/", { token: "unknown" })).status, 401, "after the authentication")

      for (const [method, path, status] of [
        ["GET", `${uuid}/report?format=md`, 301],
        ["HEAD", uuid, 301],
        ["PATCH", uuid, 308],
        ["POST", `${uuid}/retry`, 308],
        ["POST", "preview", 308],
      ] as const) {
        const { status: got, headers } = await at(path, { method })
        const [name = "", query] = path.split("?")
        const location = `${root}${name}/${query === undefined ? "" : `?${query}`}`
        t.strictSame([got, headers.get("location")], [status, location], `${method} ${path} leads on`)
      }
    },
    { worker: false },
  ),
)

t.test("OPTIONS lists the parsers, and the fields where there is something to write", (t) =>
  withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const { token } = world.rows.users.owner
      const describe = async (path: string) => {
        const { status, body, headers } = await ask(world.url + root + path, { method: "OPTIONS", token })
        t.equal(status, 200)
        t.match(headers.get("allow"), /OPTIONS$/)
        return body as { readonly actions?: unknown }
      }
      const list = await describe("")
      t.match(list, {
        name: "Migration List",
        description: "",
        renders: ["application/json"],
        parses: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
        actions: {
          POST: {
            uuid: { type: "field", required: false, read_only: true, label: "Uuid" },
            created: { type: "datetime", required: false, read_only: true, label: "Created" },
            mappings: {
              type: "nested object",
              required: true,
              read_only: false,
              label: "Mappings",
              children: {
                subnets: {
                  type: "field",
                  child: {
                    type: "nested object",
                    required: false,
                    children: {
                      src_cidr: { type: "string", required: true, read_only: false, label: "Src cidr" },
                    },
                  },
                },
                networks: { type: "field", required: false },
                skip_connection_extnet: { type: "boolean", label: "Skip connection extnet" },
                static_routes: { choices: [{ value: "documented", display_name: "documented" }] },
              },
            },
            created_by_full_name: { type: "field", label: "Created by full name", read_only: true },
            error_message: { type: "string", required: false, read_only: false },
          },
        },
      })
      const detail = await describe(`${uuid}/`)
      t.match(detail, { name: "Migration Instance" })
      t.strictSame(detail.actions, { PUT: (list.actions as { readonly POST: unknown }).POST })
      for (const path of ["0".repeat(32), "zz"]) {
        t.equal((await describe(`${path}/`)).actions, undefined, "not of a migration that is not there")
      }
      t.equal((await describe(`${uuid}/retry/`)).actions, undefined, "not of an action")
    },
    { worker: false },
  ),
)

t.test("JSON has no charset; other media types have theirs", (t) =>
  withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const { token } = world.rows.users.owner
      const typeOf = async (path: string, request: Ask = {}) =>
        (await ask(world.url + root + path, { token, ...request })).headers.get("content-type")
      for (const [what, path, request] of [
        ["a list", "", {}],
        ["HEAD", "", { method: "HEAD" }],
        ["OPTIONS", "", { method: "OPTIONS" }],
        ["a refused body", "", { method: "POST", body: {} }],
        ["401", "", { token: "unknown" }],
        ["404", "nothing/here/", {}],
        ["405", "", { method: "PUT" }],
        ["415", "", { method: "POST", raw: "x", headers: { "content-type": "text/plain" } }],
        ["a report", `${uuid}/report/`, {}],
      ] as const) {
        t.equal(await typeOf(path, request), "application/json", what)
      }
      t.equal(await typeOf(`${uuid}/report/?format=html`), "text/html; charset=utf-8")
      t.equal(await typeOf(`${uuid}/report/?format=markdown`), "text/markdown; charset=utf-8")
      t.equal(await typeOf(`${uuid}/report/?format=md`), "text/markdown; charset=utf-8", "md is markdown")
      await world.pool.query("update waldur_openstack_replication_migration set state = 4")
      t.equal(await typeOf(`${uuid}/events/`), "text/event-stream; charset=utf-8")
    },
    { worker: false },
  ),
)

t.test("an address with a name of more than 100 characters is refused", (t) =>
  withWorld(
    async (world) => {
      const agent = new Agent()
      const sent = { method: "GET", path: `${root}${"x".repeat(101)}/`, headers: {}, body: "" }
      const { status, text } = await send(world.url, agent, sent)
      agent.destroy()
      t.equal(status, 414)
      t.match(JSON.parse(text), { code: "FST_ERR_MAX_PARAM_LENGTH", statusCode: 414 })
    },
    { worker: false },
  ),
)
