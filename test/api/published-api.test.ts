import { readFileSync } from "node:fs"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { type Answer, ask } from "../helpers/http.ts"
import { withWorld } from "../helpers/world.ts"
import { faultsOf, isObject, type Json, resolve } from "./json-schema.ts"

interface Operation extends Json {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Json } } }
  readonly responses: Readonly<Record<string, Json>>
}

const document: Json & { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> } =
  JSON.parse(readFileSync(new URL("published-api.json", import.meta.url), "utf8"))

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

/** Returns the status that the published clients take for success, with its schema. */
function successOf({ responses }: Operation): readonly [status: number, schema: unknown] {
  const [[status, answer] = ["", {}]] = Object.entries(responses)
  const content = answer.content as { readonly "application/json": Json } | undefined
  return [Number(status), content?.["application/json"].schema]
}

/** Returns all fields of a schema's objects, and the required ones. */
function fieldsOf(schema: Json): { readonly all: readonly string[]; readonly required: readonly string[] } {
  const found = typeof schema.$ref === "string" ? (resolve(document, schema.$ref) as Json) : schema
  return { all: Object.keys(found.properties ?? {}), required: (found.required ?? []) as readonly string[] }
}

t.test("each operation that the published clients declare exists, and responds as they declare", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { token } = world.rows.users.owner
      const types = {
        src_type_uuid: world.rows.source.volumeTypes.ssd?.uuid,
        dst_type_uuid: world.rows.destination.volumeTypes.nvme?.uuid,
      }
      /** A request with every field. */
      const mappings = {
        volume_types: [types],
        subnets: [{ src_cidr: "10.20.0.0/24", dst_cidr: "10.77.0.0/24" }],
        networks: tenant.networkUuids,
        skip_connection_extnet: true,
        sync_instance_ports: false,
      }
      const bodies: Readonly<Record<string, Json>> = {
        openstack_migrations_create: {
          src_resource: tenant.resourceUuid,
          dst_offering: world.rows.destination.offering.uuid,
          dst_plan: world.rows.destinationPlan.uuid,
          name: "copy",
          description: "words",
          mappings,
        },
        openstack_migrations_update: { mappings, error_message: "", error_traceback: "" },
        openstack_migrations_partial_update: { mappings, error_message: "", error_traceback: "" },
      }
      const made = await world.create(tenant)
      await world.pool.query("update waldur_openstack_replication_migration set state = 3")
      const send = (method: string, path: string, body?: unknown) =>
        ask(world.url + path.replace("{uuid}", made.uuid), { method, token, ...(body ? { body } : {}) })

      const order = (method: string) => ["POST", "HEAD", "GET", "PATCH", "PUT", "DELETE"].indexOf(method)
      for (const { path, method, operation } of operations.toSorted(
        (a, b) => order(a.method) - order(b.method),
      )) {
        const name = operation.operationId
        const declared = (operation.parameters ?? []).filter((one) => one.in === "query")
        const query = new URLSearchParams(
          Object.fromEntries(declared.map((one) => [one.name, sample(one.name, made)])),
        )
        const body = bodies[name]
        const [status, schema] = successOf(operation)
        const answer = await send(method, `${path}${query.size > 0 ? `?${query}` : ""}`, body)
        t.equal(answer.status, status, `${name} succeeds with ${status} and no other status`)
        if (schema === undefined) t.equal(answer.body, null, `${name} has no body`)
        else checkAnswer(answer, schema, name)
        if ("headers" in (operation.responses[status] ?? {})) {
          t.match(answer.headers.get("x-result-count"), /^\d+$/, `${name} has the number of rows`)
        }
        if (operation.requestBody === undefined || body === undefined) continue
        const wanted = fieldsOf(operation.requestBody.content["application/json"].schema)
        t.strictSame(Object.keys(body).sort(), wanted.all.toSorted(), `${name} was sent with every field`)
        for (const field of wanted.all) {
          const { [field]: _, ...rest } = body
          const without = await send(method, path, rest)
          const want = wanted.required.includes(field) ? 400 : status
          t.equal(without.status, want, `${name} without ${field} gives ${want}`)
          if (want === 400) t.strictSame(without.body, { [field]: ["This field is required."] })
        }
      }

      function checkAnswer({ body, headers }: Answer, schema: unknown, name: string): void {
        t.match(headers.get("content-type"), /^application\/json/)
        t.strictSame(
          faultsOf(body, schema, document, "allowed"),
          [],
          `${name} has the declared fields and types`,
        )
        const [first] = Array.isArray(body) ? body : [body]
        const { all } = fieldsOf(details)
        if (!isObject(first)) return void t.fail(`${name} returns an object`)
        t.strictSame(
          all.filter((field) => !(field in first) || first[field] === null),
          [],
          `${name} has every field, and none is null`,
        )
      }
    },
    { worker: false },
  ),
)

const details = { $ref: "#/components/schemas/MigrationDetails" }

function sample(
  name: string,
  made: { readonly src_resource_uuid: string; readonly dst_resource_uuid: string },
): string {
  const values: Readonly<Record<string, string>> = { page: "1", page_size: "100", ...made }
  return values[name] ?? ""
}
