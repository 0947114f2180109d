import t from "tap"
import { readBody } from "../../src/serializers/body.ts"
import { createRequest } from "../../src/serializers/create-request.ts"
import { Form, type FormValue } from "../../src/serializers/form.ts"
import { updateRequest } from "../../src/serializers/update-request.ts"

const uuid = "000000000000000000000000020a0001"
const named = { src_resource: uuid, dst_offering: uuid, dst_plan: uuid }

function read(entries: readonly (readonly [string, FormValue])[]): unknown {
  return readBody(createRequest, new Form(entries))
}

for (const [rule, entries, body] of [
  ["names are fields", Object.entries(named), named],
  [
    "of a repeated name, the last value counts",
    [
      ["name", "a"],
      ["name", "b"],
    ],
    { name: "b" },
  ],
  ["unknown names are ignored", [["extra", "1"]], {}],
  [
    "a blank optional field is absent",
    [
      ["name", ""],
      ["mappings.static_routes", ""],
    ],
    { mappings: {} },
  ],
  ["a blank required field is blank", [["dst_plan", ""]], { dst_plan: "" }],
  [
    "a dot leads to the fields of an object",
    [["mappings.skip_connection_extnet", "true"]],
    { mappings: { skip_connection_extnet: "true" } },
  ],
  ["an object is not a text", [["mappings", "{}"]], {}],
  [
    "brackets number the objects of a list, in any order",
    [
      ["mappings.subnets[10]src_cidr", "b"],
      ["mappings.subnets[2]src_cidr", "a"],
      ["mappings.subnets[2]dst_cidr", "c"],
    ],
    { mappings: { subnets: [{ src_cidr: "a", dst_cidr: "c" }, { src_cidr: "b" }] } },
  ],
  [
    "a numbered text is an item that is no object",
    [["mappings.subnets[0]", "x"]],
    { mappings: { subnets: ["x"] } },
  ],
  [
    "a list of uuids repeats its name",
    [
      ["mappings.networks", "a"],
      ["mappings.networks", "b"],
    ],
    { mappings: { networks: ["a", "b"] } },
  ],
] as const) {
  t.test(`in a form, ${rule}`, async (t) => t.strictSame(read(entries), body))
}

t.test("in a form, blank error texts are values, because they may be blank", async (t) => {
  t.strictSame(readBody(updateRequest, new Form([["error_message", ""]])), { error_message: "" })
})

t.test("a file is not a value of any field", async (t) => {
  const body = read([
    ["name", {}],
    ["mappings.skip_connection_extnet", {}],
    ["mappings.subnets[0]src_cidr", {}],
    ["mappings.subnets[0]dst_cidr", {}],
    ["mappings.volume_types[0]src_type_uuid", {}],
  ])
  t.match(createRequest.parse(body), {
    errors: {
      name: ["Not a valid string."],
      mappings: {
        skip_connection_extnet: ["Must be a valid boolean."],
        subnets: [{ src_cidr: ["Enter a valid IPv4 address."], dst_cidr: ["Enter a valid IPv4 address."] }],
        volume_types: [
          { src_type_uuid: ["Must be a valid UUID."], dst_type_uuid: ["This field is required."] },
        ],
      },
    },
  })
})

t.test("no body is an empty one, and null is refused", async (t) => {
  t.strictSame(readBody(createRequest, undefined), {})
  t.throws(() => readBody(createRequest, null), { message: /No data provided/ })
})
