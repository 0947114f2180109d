import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { type Ask, ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"
import { faultsOf, isObject, type Json } from "./json-schema.ts"
import { documentFaults, operationsOf, part } from "./openapi-rules.ts"

const list = "/api/openstack-migrations/"
const detail = `${list}{uuid}/`

/** All operations of the plugin, by the names that Waldur's published clients use. */
const operations = {
  openstack_migrations_count: `HEAD ${list}`,
  openstack_migrations_create: `POST ${list}`,
  openstack_migrations_destroy: `DELETE ${detail}`,
  openstack_migrations_list: `GET ${list}`,
  openstack_migrations_partial_update: `PATCH ${detail}`,
  openstack_migrations_retrieve: `GET ${detail}`,
  openstack_migrations_update: `PUT ${detail}`,
  openstack_migrations_preview: `POST ${list}preview/`,
  openstack_migrations_progress_retrieve: `GET ${detail}progress/`,
  openstack_migrations_objects_list: `GET ${detail}objects/`,
  openstack_migrations_objects_count: `HEAD ${detail}objects/`,
  openstack_migrations_report_retrieve: `GET ${detail}report/`,
  openstack_migrations_events: `GET ${detail}events/`,
  openstack_migrations_retry: `POST ${detail}retry/`,
  openstack_migrations_cancel: `POST ${detail}cancel/`,
  openstack_migrations_verify: `POST ${detail}verify/`,
  openstack_migrations_rollback: `POST ${detail}rollback/`,
  openstack_migrations_run: `POST ${detail}run/`,
} as const

type OperationId = keyof typeof operations

const ids = Object.keys(operations) as OperationId[]
const takesUuid = (id: OperationId) => operations[id].includes("{uuid}")

t.test("the rules detect an invalid document", async (t) => {
  const good = {
    openapi: "3.1.1",
    info: { title: "API", version: "1" },
    tags: [{ name: "tag" }],
    components: { schemas: { Size: { type: "integer", minimum: 1 } } },
    paths: {
      "/things/{id}/": {
        get: {
          operationId: "get_thing",
          summary: "Get",
          tags: ["tag"],
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
          responses: {
            200: {
              description: "It",
              content: {
                "application/json": {
                  schema: {
                    type: "object",
                    required: ["size"],
                    properties: { size: { $ref: "#/components/schemas/Size" } },
                  },
                  examples: { one: { value: { size: 7 } } },
                },
              },
            },
          },
        },
      },
    },
  }
  t.strictSame(documentFaults(good), [])
  const text = JSON.stringify(good)
  for (const [what, from, to] of [
    ["another version", "3.1.1", "3.0.3"],
    ["a reference to nowhere", "schemas/Size", "schemas/Width"],
    ["an example that does not fit", '"size":7', '"size":0'],
    ["an example without a required field", '"size":7', '"width":7'],
    ["an unknown tag", '"tags":["tag"]', '"tags":["other"]'],
    ["a missing summary", '"summary":"Get",', ""],
    ["a path with another parameter", "{id}", "{uuid}"],
    ["a status that is none", '"200"', '"ok"'],
    ["an unknown keyword", '"minimum"', '"minimun"'],
    ["an example with a property that the schema does not have", '"size":7', '"size":7,"width":7'],
  ] as const) {
    t.notSame(documentFaults(JSON.parse(text.replace(from, to))), [], what)
  }
})

async function readDocument(world: TestWorld): Promise<Json> {
  const { body } = await ask(`${world.url}/api/schema/`)
  return body as Json
}

t.test("the document is valid, complete and names every operation and schema", (t) =>
  withWorld(
    async (world) => {
      const { status, headers } = await ask(`${world.url}/api/schema/`)
      t.equal(status, 200, "is public")
      t.match(headers.get("content-type"), /^application\/json/)
      const document = await readDocument(world)
      t.strictSame(
        documentFaults(document),
        [],
        "follows the rules of OpenAPI 3.1, and its examples match their schemas",
      )

      const found = operationsOf(document)
      const plugin = found.filter(({ path }) => path.startsWith(list))
      const names = Object.fromEntries(plugin.map(({ id, method, path }) => [id, `${method} ${path}`]))
      t.strictSame(names, operations, "has every operation by its name, and no other")
      for (const { id, tags, value } of plugin) {
        t.strictSame(tags, ["openstack-migrations"], id)
        t.ok(value.description, `${id} is described`)
        t.ok(part(value, "responses", "401").description, `${id} documents 401`)
      }
      t.notOk(
        found.some(({ path, method }) => method === "OPTIONS" || !path.endsWith("/")),
        "does not document redirects and OPTIONS",
      )
      const host = found.filter(({ path }) => !path.startsWith(list))
      t.ok(
        host.length > 10 && host.every(({ tags }) => tags.join() === "marketplace"),
        "documents the reads of the host",
      )
      t.ok(host.some(({ id }) => id === "marketplace_resources_details_retrieve"))
      for (const { id, path, value } of host.filter(({ method }) => method === "GET")) {
        const refusals = Object.keys(part(value, "responses"))
        if (path !== "/api/configuration/") t.ok(refusals.includes("401"), `${id} documents 401`)
        if (path.includes("{uuid}")) t.ok(refusals.includes("404"), `${id} documents 404`)
      }
      t.ok(host.every(({ method, id }) => method === "GET" || id === "api_auth_password"))

      const schemas = part(document, "components", "schemas")
      for (const name of [
        "MigrationDetails",
        "MigrationCreate",
        "MigrationCreateRequest",
        "MigrationDetailsRequest",
        "PatchedMigrationDetailsRequest",
        "Mapping",
        "VolumeTypeMapping",
        "SubNetMapping",
        "MigrationPreview",
        "MigrationProgress",
        "MigrationReport",
      ]) {
        t.ok(isObject(schemas[name]), `names ${name}`)
        const undescribed = Object.entries(part(schemas[name], "properties")).filter(
          ([, schema]) => isObject(schema) && schema.description === undefined && schema.$ref === undefined,
        )
        t.strictSame(undescribed, [], `describes the fields of ${name}`)
      }
      const text = JSON.stringify(document)
      t.notMatch(
        text,
        /\/(work|home|root|tmp)\/|[0-9a-f]{40}|127\.0\.0\.1|localhost/,
        "contains nothing of a machine",
      )
      for (const { token } of Object.values(world.rows.users)) t.notOk(text.includes(token))
    },
    { worker: false },
  ),
)

/** Responses that were held against the document, as `operation status`. */
const held = new Set<string>()

interface Exchange extends Ask {
  readonly uuid?: string
  readonly query?: string
  /** Expected value of X-Error-Code. */
  readonly code?: string
}

type Hold = (id: OperationId, status: number, exchange?: Exchange) => Promise<Json>

/** Returns a function that sends a request and holds the response against the document: status, body and headers. */
async function holderOf(t: Test, world: TestWorld): Promise<Hold> {
  const document = await readDocument(world)
  const { token } = world.rows.users.owner
  return async (id, status, { query = "", uuid = "", code, ...rest } = {}) => {
    const [method = "", path = ""] = operations[id].split(" ")
    const answer = await ask(world.url + path.replace("{uuid}", uuid) + query, { method, token, ...rest })
    const title = `${id} ${status}`
    t.equal(answer.status, status, `${title} has its status`)
    const response = part(document, "paths", path, method.toLowerCase(), "responses", String(status))
    t.ok(response.description, `${title} is documented`)
    const type = answer.headers.get("content-type")?.split(";")[0] ?? ""
    if (answer.body === null) t.strictSame(part(response, "content"), {}, `${title} has no body`)
    else
      t.strictSame(
        faultsOf(answer.body, part(response, "content", type).schema, document),
        [],
        `${title} has the documented body`,
      )
    for (const [name, header] of Object.entries(part(response, "headers"))) {
      const sent = answer.headers.get(name)
      const value = part(header, "schema").type === "integer" ? Number(sent) : sent
      t.strictSame(faultsOf(value, part(header).schema, document), [], `${title} has the header ${name}`)
    }
    // 414 is the web framework's, which has no codes of the plugin.
    if (status >= 400 && status !== 414)
      t.ok(isObject(part(response, "headers")["X-Error-Code"]), `${title} has a code`)
    if (code !== undefined) t.equal(answer.headers.get("x-error-code"), code)
    held.add(title)
    return answer.body as Json
  }
}

t.test("each operation responds as documented while its migration runs and after its end", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const hold = await holderOf(t, world)
    const body = {
      src_resource: tenant.resourceUuid,
      dst_offering: world.rows.destination.offering.uuid,
      dst_plan: world.rows.destinationPlan.uuid,
      mappings: { skip_connection_extnet: true, static_routes: "reachable" },
    }
    await hold("openstack_migrations_preview", 200, { body })
    await hold("openstack_migrations_preview", 400, { body: {}, code: "INVALID" })
    const created = await hold("openstack_migrations_create", 201, { body })
    await hold("openstack_migrations_create", 400, { body: { mappings: { subnets: [{}, 7] } } })
    await hold("openstack_migrations_create", 400, { raw: "{", code: "PARSE_ERROR" })
    await hold("openstack_migrations_create", 400, { body: [], code: "INVALID" })
    const uuid = String(created.uuid)
    await hold("openstack_migrations_events", 200, { uuid })
    await world.ended(uuid)
    await hold("openstack_migrations_events", 204, { uuid, headers: { "last-event-id": "100000" } })

    await hold("openstack_migrations_list", 200)
    await hold("openstack_migrations_list", 200, { query: "?page_size=1&src_resource_uuid=" })
    await hold("openstack_migrations_list", 400, { query: "?dst_resource_uuid=x", code: "INVALID" })
    await hold("openstack_migrations_list", 404, { query: "?page=9", code: "NOT_FOUND" })
    await hold("openstack_migrations_count", 200)
    await hold("openstack_migrations_count", 400, { query: "?dst_resource_uuid=x" })
    await hold("openstack_migrations_count", 404, { query: "?page=9" })
    const shown = await hold("openstack_migrations_retrieve", 200, { uuid })
    await hold("openstack_migrations_progress_retrieve", 200, { uuid })
    await hold("openstack_migrations_objects_list", 200, { uuid, query: "?page_size=300" })
    await hold("openstack_migrations_objects_list", 200, { uuid, query: "?state=omitted&kind=gateway" })
    await hold("openstack_migrations_objects_list", 400, { uuid, query: "?state=gone" })
    await hold("openstack_migrations_objects_count", 200, { uuid })
    await hold("openstack_migrations_objects_count", 400, { uuid, query: "?state=gone" })
    await hold("openstack_migrations_report_retrieve", 200, { uuid })
    await hold("openstack_migrations_report_retrieve", 200, { uuid, query: "?format=markdown" })
    await hold("openstack_migrations_report_retrieve", 200, { uuid, query: "?format=md" })
    await hold("openstack_migrations_report_retrieve", 200, { uuid, query: "?format=html" })
    await hold("openstack_migrations_report_retrieve", 404, { uuid, query: "?format=yaml" })
    await hold("openstack_migrations_verify", 202, { uuid })
    await hold("openstack_migrations_update", 200, { uuid, body: { mappings: {} } })
    await hold("openstack_migrations_update", 400, { uuid, body: {} })
    await hold("openstack_migrations_partial_update", 200, { uuid })
    await hold("openstack_migrations_partial_update", 400, { uuid, body: { mappings: null } })
    await hold("openstack_migrations_run", 409, { uuid, code: "WRONG_STATE" })
    await hold("openstack_migrations_destroy", 204, { uuid })

    const document = await readDocument(world)
    const fields = (name: string) =>
      Object.keys(part(document, "components", "schemas", name, "properties")).toSorted()
    t.strictSame(Object.keys(shown).toSorted(), fields("MigrationDetails"), "has exactly the fields")
    t.strictSame(Object.keys(created).toSorted(), fields("MigrationCreate"))
  }),
)

t.test("each action responds as documented in every state", (t) =>
  withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const hold = await holderOf(t, world)
      const setState = (state: number) =>
        world.pool.query("update waldur_openstack_replication_migration set state = $1", [state])
      await hold("openstack_migrations_run", 200, { uuid })
      await hold("openstack_migrations_retry", 409, { uuid, code: "WRONG_STATE" })
      await hold("openstack_migrations_verify", 409, { uuid, code: "WRONG_STATE" })
      await hold("openstack_migrations_rollback", 409, { uuid, code: "WRONG_STATE" })
      await hold("openstack_migrations_destroy", 409, { uuid, code: "WRONG_STATE" })
      const { token } = world.rows.users.stranger
      await world.pool.query("update core_user set is_support = true where username = 'stranger'")
      for (const id of ["retry", "cancel", "rollback"] as const)
        await hold(`openstack_migrations_${id}`, 403, { uuid, token, code: "PERMISSION_DENIED" })
      await hold("openstack_migrations_cancel", 202, { uuid })
      await setState(erred)
      await hold("openstack_migrations_cancel", 409, { uuid, code: "WRONG_STATE" })
      await hold("openstack_migrations_retry", 200, { uuid })
      await setState(erred)
      await hold("openstack_migrations_rollback", 202, { uuid })
      await setState(erred)
      await hold("openstack_migrations_retry", 409, { uuid, code: "ROLLED_BACK" })
      await world.pool.query("delete from openstack_replication.run")
      for (const id of ["progress_retrieve", "report_retrieve", "events"] as const)
        await hold(`openstack_migrations_${id}`, 409, { uuid, code: "OTHER_SERVER" })
    },
    { worker: false },
  ),
)

/** Waldur's code of the state ERRED. */
const erred = 4

t.test("each operation refuses what every operation refuses, with a code", (t) =>
  withWorld(
    async (world) => {
      const hold = await holderOf(t, world)
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const document = await readDocument(world)
      for (const id of ids) {
        const [method = "", path = ""] = operations[id].split(" ")
        await hold(id, 401, { uuid, token: "unknown", code: "NOT_AUTHENTICATED" })
        await hold(id, 406, { uuid, headers: { accept: "image/png" }, code: "NOT_ACCEPTABLE" })
        if (takesUuid(id)) {
          await hold(id, 404, { uuid: "0".repeat(32), code: "NOT_FOUND" })
          await hold(id, 414, { uuid: "0".repeat(101) })
        }
        if (part(document, "paths", path, method.toLowerCase()).requestBody === undefined) continue
        await hold(id, 413, { uuid, raw: " ".repeat(2 ** 20 + 1), code: "BODY_TOO_LARGE" })
        const headers = { "content-type": "application/xml" }
        await hold(id, 415, { uuid, raw: "<x/>", headers, code: "UNSUPPORTED_MEDIA_TYPE" })
      }
      const { token } = world.rows.users.owner
      const put = await ask(world.url + list, { method: "PUT", token, body: {} })
      t.strictSame([put.status, put.headers.get("x-error-code")], [405, "METHOD_NOT_ALLOWED"])
    },
    { worker: false },
  ),
)

t.test("each operation is refused beyond the limit of requests, with a code", (t) =>
  withWorld(
    async (world) => {
      const hold = await holderOf(t, world)
      const { token } = world.rows.users.owner
      for (const method of ["GET", "POST"]) await ask(world.url + list, { method, token })
      for (const id of ids) await hold(id, 429, { uuid: "0".repeat(32), code: "THROTTLED" })
    },
    { worker: false, rateLimit: { writes: 1, reads: 1 } },
  ),
)

t.test("every documented response was held against the document", (t) =>
  withWorld(
    async (world) => {
      const documented = operationsOf(await readDocument(world))
        .filter(({ path }) => path.startsWith(list))
        .flatMap(({ id, value }) => Object.keys(part(value, "responses")).map((status) => `${id} ${status}`))
      t.equal(new Set(documented.map((title) => title.split(" ")[0])).size, ids.length)
      // test/plugin/database-down.test.ts has the response to a database that is down.
      t.strictSame(
        documented.filter((title) => !held.has(title) && !title.endsWith(" 503")),
        [],
      )
    },
    { worker: false },
  ),
)

t.test("the page shows the document and loads nothing from other hosts", (t) =>
  withWorld(
    async (world) => {
      const page = await ask(`${world.url}/docs/`)
      t.equal(page.status, 200)
      t.match(page.headers.get("content-type"), /^text\/html/)
      const html = String(page.body)
      t.match(html, '"/api/schema/"', "reads the document")
      const [, script = ""] = /<script[^>]* src="([^"]+)"/.exec(html) ?? []
      t.notMatch(html, /(src|href)="(https?:)?\/\//, "loads nothing from other hosts")
      const code = await ask(new URL(script, `${world.url}/docs/`).href)
      t.equal(code.status, 200)
      t.match(code.headers.get("content-type"), /javascript/)
      t.ok(String(code.body).length > 100_000, "serves its own script")
      t.equal((await ask(`${world.url}/docs`)).status, 301)
    },
    { worker: false },
  ),
)
