import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { type Ask, ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"
import { faultsOf, isObject, type Json } from "./json-schema.ts"
import { documentFaults, operationsOf, part } from "./openapi-rules.ts"

const list = "/api/openstack-migrations/"
const detail = `${list}{uuid}/`

/** Waldur's names of the operations, as its published clients have them, and ours. */
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
  openstack_migrations_report_retrieve: `GET ${detail}report/`,
  openstack_migrations_run: `POST ${detail}run/`,
  openstack_migrations_verify: `POST ${detail}verify/`,
} as const

t.test("the rules see what is wrong", async (t) => {
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
    ["a keyword that nobody checks", '"minimum"', '"multipleOf"'],
  ] as const) {
    t.notSame(documentFaults(JSON.parse(text.replace(from, to))), [], what)
  }
})

async function readDocument(world: TestWorld): Promise<Json> {
  const { body } = await ask(`${world.url}/api/schema/`)
  return body as Json
}

t.test("the document", (t) =>
  withWorld(
    async (world) => {
      const { status, headers } = await ask(`${world.url}/api/schema/`)
      t.equal(status, 200, "is there for everybody")
      t.match(headers.get("content-type"), /^application\/json/)
      const document = await readDocument(world)
      t.strictSame(
        documentFaults(document),
        [],
        "keeps the rules of OpenAPI 3.1, and its examples their schemas",
      )

      const found = operationsOf(document)
      const plugin = found.filter(({ path }) => path.startsWith(list))
      const names = Object.fromEntries(plugin.map(({ id, method, path }) => [id, `${method} ${path}`]))
      t.match(names, operations, "has every operation of Waldur's clients by its name")
      for (const { id, tags, value } of plugin) {
        t.strictSame(tags, ["openstack-migrations"], id)
        t.ok(value.description, `${id} is described`)
        t.ok(part(value, "responses", "401").description, `${id} tells of 401`)
      }
      t.notOk(
        found.some(({ path, method }) => method === "OPTIONS" || !path.endsWith("/")),
        "leaves out redirects and OPTIONS",
      )
      const host = found.filter(({ path }) => !path.startsWith(list))
      t.ok(
        host.length > 10 && host.every(({ tags }) => tags.join() === "marketplace"),
        "shows the host's reads",
      )
      t.ok(host.some(({ id }) => id === "marketplace_resources_details_retrieve"))
      t.ok(host.every(({ method }) => method === "GET"))

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
        "tells nothing of a machine",
      )
      for (const { token } of Object.values(world.rows.users)) t.notOk(text.includes(token))
    },
    { worker: false },
  ),
)

t.test("what is documented is what is answered", (t) =>
  withWorld(async (world) => {
    const document = await readDocument(world)
    const tenant = await world.importTenant(demoTenant("small"))
    const { token } = world.rows.users.owner

    /** Asks, and holds the answer against the document. */
    async function asked(
      id: keyof typeof operations,
      want: number,
      { query = "", ...rest }: Ask & { uuid?: string; query?: string } = {},
    ) {
      const [method = "", path = ""] = operations[id].split(" ")
      const url = world.url + path.replace("{uuid}", rest.uuid ?? "") + query
      const answer = await ask(url, { method, token, ...rest })
      const told = part(document, "paths", path, method.toLowerCase(), "responses", String(want))
      t.equal(answer.status, want, `${id} answers ${want}`)
      const media = part(told, "content", "application/json")
      if (answer.body === null) t.strictSame(media, {}, `${id} ${want} has no body`)
      else t.strictSame(faultsOf(answer.body, media.schema, document), [], `${id} ${want} is as documented`)
      for (const [name, header] of Object.entries(part(told, "headers"))) {
        const sent = answer.headers.get(name)
        const { type } = part(header, "schema")
        t.strictSame(
          faultsOf(type === "integer" ? Number(sent) : sent, part(header).schema, document),
          [],
          name,
        )
      }
      return answer.body as Json
    }

    const request = {
      src_resource: tenant.resourceUuid,
      dst_offering: world.rows.destination.offering.uuid,
      dst_plan: world.rows.destinationPlan.uuid,
      mappings: { skip_connection_extnet: true, static_routes: "reachable" },
    }
    await asked("openstack_migrations_preview", 200, { body: request })
    await asked("openstack_migrations_preview", 400, { body: {} })
    const created = await asked("openstack_migrations_create", 201, { body: request })
    await asked("openstack_migrations_create", 400, { body: { mappings: { subnets: [{}, 7] } } })
    await asked("openstack_migrations_create", 400, { raw: "{" })
    await asked("openstack_migrations_create", 400, { body: [] })
    await asked("openstack_migrations_create", 401, { token: "unknown", body: request })
    const uuid = String(created.uuid)
    await world.ended(uuid)

    await asked("openstack_migrations_list", 200)
    await asked("openstack_migrations_list", 200, { query: "?page_size=1&src_resource_uuid=" })
    await asked("openstack_migrations_list", 400, { query: "?dst_resource_uuid=x" })
    await asked("openstack_migrations_list", 401, { token: "unknown" })
    await asked("openstack_migrations_list", 404, { query: "?page=9" })
    await asked("openstack_migrations_count", 200)
    await asked("openstack_migrations_count", 404, { query: "?page=9" })
    const shown = await asked("openstack_migrations_retrieve", 200, { uuid })
    await asked("openstack_migrations_retrieve", 404, { uuid: "0".repeat(32) })
    await asked("openstack_migrations_progress_retrieve", 200, { uuid })
    await asked("openstack_migrations_progress_retrieve", 404, { uuid: "x" })
    await asked("openstack_migrations_report_retrieve", 200, { uuid })
    await asked("openstack_migrations_report_retrieve", 404, { uuid, query: "?format=yaml" })
    await asked("openstack_migrations_verify", 202, { uuid })
    await asked("openstack_migrations_verify", 404, { uuid: "x" })
    await asked("openstack_migrations_update", 200, { uuid, body: { mappings: {} } })
    await asked("openstack_migrations_update", 400, { uuid, body: {} })
    await asked("openstack_migrations_partial_update", 200, { uuid })
    await asked("openstack_migrations_partial_update", 400, { uuid, body: { mappings: null } })
    await asked("openstack_migrations_run", 409, { uuid })
    await asked("openstack_migrations_destroy", 204, { uuid })
    await asked("openstack_migrations_destroy", 404, { uuid })

    const fields = (name: string) =>
      Object.keys(part(document, "components", "schemas", name, "properties")).toSorted()
    t.strictSame(Object.keys(shown).toSorted(), fields("MigrationDetails"), "no field more, none less")
    t.strictSame(Object.keys(created).toSorted(), fields("MigrationCreate"))
  }),
)

t.test("run and destroy of a migration that waits", (t) =>
  withWorld(
    async (world) => {
      const { token } = world.rows.users.owner
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const document = await readDocument(world)
      for (const [method, end, status] of [
        ["POST", "run/", 200],
        ["POST", "verify/", 409],
        ["DELETE", "", 409],
      ] as const) {
        const answer = await ask(`${world.url}${list}${uuid}/${end}`, { method, token })
        const told = part(document, "paths", detail + end, method.toLowerCase(), "responses", String(status))
        t.equal(answer.status, status)
        const { schema } = part(told, "content", "application/json")
        t.strictSame(
          schema === undefined ? answer.body : faultsOf(answer.body, schema, document),
          status === 200 ? null : [],
        )
      }
    },
    { worker: false },
  ),
)

t.test("the page", (t) =>
  withWorld(
    async (world) => {
      const page = await ask(`${world.url}/docs/`)
      t.equal(page.status, 200)
      t.match(page.headers.get("content-type"), /^text\/html/)
      const html = String(page.body)
      t.match(html, '"/api/schema/"', "reads the document")
      const [, script = ""] = /<script[^>]* src="([^"]+)"/.exec(html) ?? []
      t.notMatch(html, /(src|href)="(https?:)?\/\//, "asks no other host")
      const code = await ask(new URL(script, `${world.url}/docs/`).href)
      t.equal(code.status, 200)
      t.match(code.headers.get("content-type"), /javascript/)
      t.ok(String(code.body).length > 100_000, "brings its script along")
      t.equal((await ask(`${world.url}/docs`)).status, 301)
    },
    { worker: false },
  ),
)
