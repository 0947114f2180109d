import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { type Ask, ask } from "../helpers/http.ts"
import { withWorld } from "../helpers/world.ts"

const crlf = "\r\n"
const form = { "content-type": "application/x-www-form-urlencoded" }
const multipart = { "content-type": "multipart/form-data; boundary=limit" }

function parts(...fields: readonly (readonly [name: string, value: string])[]): string {
  const all = fields.map(
    ([name, value]) =>
      `--limit${crlf}Content-Disposition: form-data; name="${name}"${crlf}${crlf}${value}${crlf}`,
  )
  return `${all.join("")}--limit--${crlf}`
}

const required = ["This field is required."]
const allRequired = { src_resource: required, dst_offering: required, dst_plan: required }

t.test("a body is read as Django REST framework reads it", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { token } = world.rows.users.owner
      const base = `${world.url}/api/openstack-migrations/`
      const post = (request: Ask, path = "") => ask(base + path, { method: "POST", token, ...request })
      const wanted = [
        ["src_resource", tenant.resourceUuid],
        ["dst_offering", world.rows.destination.offering.uuid],
        ["dst_plan", world.rows.destinationPlan.uuid],
        ["name", "copy é"],
        ["description", ""],
        ["mappings.skip_connection_extnet", "yes"],
        ["mappings.subnets[0]src_cidr", "10.20.0.0/24"],
        ["mappings.subnets[0]dst_cidr", "10.77.0.0/24"],
      ] as [string, string][]

      for (const [what, request] of [
        ["a form", { raw: new URLSearchParams(wanted).toString(), headers: form }],
        ["a form in parts", { raw: parts(...wanted), headers: multipart }],
      ] as const) {
        const { status, body } = await post(request)
        t.equal(status, 201, `${what} is taken`)
        t.match(
          body,
          {
            dst_resource_name: "copy é",
            mappings: {
              skip_connection_extnet: true,
              sync_instance_ports: false,
              subnets: [{ src_cidr: "10.20.0.0/24", dst_cidr: "10.77.0.0/24" }],
            },
          },
          `${what} has the fields of JSON`,
        )
        const { uuid } = body as { readonly uuid: string }
        const change = what === "a form" ? "mappings.sync_instance_ports=1" : undefined
        for (const method of ["PUT", "PATCH"]) {
          const changed = await ask(`${base}${uuid}/`, {
            ...request,
            method,
            token,
            raw: change ?? parts(["mappings.sync_instance_ports", "1"]),
          })
          t.match(changed, { status: 200, body: { mappings: { sync_instance_ports: true } } }, method)
        }
      }

      for (const [what, request] of [
        ["no body", {}],
        ["an empty JSON body", { raw: "", headers: { "content-type": "application/json" } }],
        ["an empty form", { raw: "", headers: form }],
        ["an empty body in parts", { raw: "", headers: multipart }],
        ["an empty body of another media type", { raw: "", headers: { "content-type": "application/xml" } }],
        ["a form with other fields", { raw: "other=1", headers: form }],
        ["a form in no parts", { raw: parts(), headers: multipart }],
        ["JSON with other members", { raw: '{"__proto__": {"src_resource": 1}, "toString": 2}' }],
      ] as const) {
        const { status, body } = await post(request)
        t.strictSame([status, body], [400, allRequired], `${what} has none of the fields`)
      }

      const file = parts(["dst_plan", "x"]).replace('"dst_plan"', '"name"; filename="a.txt"')
      t.match(await post({ raw: file, headers: multipart }), {
        status: 400,
        body: { ...allRequired, name: ["Not a valid string."] },
      })

      for (const [raw, headers, status, detail] of [
        ["{nope", {}, 400, /^JSON parse error - Expecting property name enclosed in double quotes: line 1 /],
        [" ", {}, 400, "JSON parse error - Expecting value: line 1 column 2 (char 1)"],
        ["[NaN]", {}, 400, "JSON parse error - Out of range float values are not JSON compliant: 'NaN'"],
        [
          "x",
          { "content-type": "multipart/form-data" },
          400,
          "Multipart form parse error - Invalid boundary in multipart: None",
        ],
        ["x", multipart, 400, /^Multipart form parse error - /],
        ["{}", { "content-type": "text/plain" }, 415, 'Unsupported media type "text/plain" in request.'],
        ["{}", { "content-type": "x" }, 415, 'Unsupported media type "x" in request.'],
      ] as const) {
        for (const path of ["", "preview/"]) {
          t.match(await post({ raw, headers }, path), { status, body: { detail } }, `${path} ${raw}`)
        }
      }
      t.strictSame((await post({ raw: "null" })).body, { non_field_errors: ["No data provided"] })
    },
    { worker: false },
  ),
)

t.test("an action needs no body, and takes an empty one of any media type", (t) =>
  withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const { token } = world.rows.users.owner
      const cancel = (headers: Readonly<Record<string, string>>) =>
        ask(`${world.url}/api/openstack-migrations/${uuid}/cancel/`, {
          method: "POST",
          token,
          raw: "",
          headers,
        })
      for (const headers of [{ "content-type": "application/json" }, form, multipart]) {
        t.equal((await cancel(headers)).status, 202, headers["content-type"])
      }
    },
    { worker: false },
  ),
)
