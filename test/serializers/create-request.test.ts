import t from "tap"
import { createRequest } from "../../src/serializers/create-request.ts"

const uuid = "000000000000000000000000020a0001"
const named = { src_resource: uuid, dst_offering: uuid, dst_plan: uuid }

const isNull = ["This field may not be null."]
const required = ["This field is required."]
const none = (sent: string) => [`Object with uuid=${sent} does not exist.`]
const three = (text: readonly string[]) => ({ src_resource: text, dst_offering: text, dst_plan: text })
const notADictionary = (got: string) => ({
  non_field_errors: [`Invalid data. Expected a dictionary, but got ${got}.`],
})

/** What the original answered to these bodies. */
for (const [title, body, want] of [
  ["empty object", {}, three(required)],
  ["nulls", { src_resource: null, dst_offering: null, dst_plan: null }, three(isNull)],
  ["array body", [], notADictionary("list")],
  ["string body", "x", notADictionary("str")],
  ["malformed uuids", { src_resource: "zz", dst_offering: "zz", dst_plan: "zz" }, three(none("zz"))],
  [
    "numbers for uuids",
    { src_resource: 1, dst_offering: true, dst_plan: {} },
    { src_resource: none("1"), dst_offering: none("True"), dst_plan: none("{}") },
  ],
  ["blank uuids", { src_resource: "", dst_offering: "", dst_plan: "" }, three(isNull)],
  ["name of blanks", { ...named, name: "  " }, { name: ["This field may not be blank."] }],
  ["name empty", { ...named, name: "" }, { name: ["This field may not be blank."] }],
  ["name null", { ...named, name: null }, { name: isNull }],
  ["name nul byte", { ...named, name: "a\0b" }, { name: ["Null characters are not allowed."] }],
  ["description empty", { ...named, description: "" }, { description: ["This field may not be blank."] }],
  ["description null", { ...named, description: null }, { description: isNull }],
  ["mappings null", { ...named, mappings: null }, { mappings: isNull }],
  ["mappings array", { ...named, mappings: [] }, { mappings: notADictionary("list") }],
  ["mappings string", { ...named, mappings: "x" }, { mappings: notADictionary("str") }],
] as const) {
  t.test(`refused as by Waldur: ${title}`, async (t) => {
    t.strictSame(createRequest.parse(body), { errors: want })
  })
}

const fourOnly = ["Enter a valid IPv4 address."]
const notAList = (got: string) => `Expected a list of items but got type "${got}".`
for (const [title, mappings, want] of [
  ["subnets not a list", { subnets: {} }, { subnets: { non_field_errors: [notAList("dict")] } }],
  ["subnet missing fields", { subnets: [{}] }, { subnets: [{ src_cidr: required, dst_cidr: required }] }],
  ["subnet null", { subnets: [null] }, { subnets: [isNull] }],
  [
    "subnet cidr garbage",
    { subnets: [{ src_cidr: "x", dst_cidr: "10.0.0.0/33" }] },
    { subnets: [{ src_cidr: fourOnly, dst_cidr: fourOnly }] },
  ],
  [
    "subnet cidr public",
    { subnets: [{ src_cidr: "8.8.8.0/24", dst_cidr: "10.0.0.0/24" }] },
    { subnets: [{ src_cidr: ["A private network CIDR is expected."] }] },
  ],
  [
    "subnet cidr host bits",
    { subnets: [{ src_cidr: "10.1.0.5/24", dst_cidr: "10.0.0.0/24" }] },
    { subnets: [{ src_cidr: fourOnly }] },
  ],
  [
    "subnet cidr no prefix",
    { subnets: [{ src_cidr: "10.1.0.0", dst_cidr: "10.0.0.0/24" }] },
    { subnets: [{ src_cidr: ["Network mask length should be equal to 24."] }] },
  ],
  [
    "subnet cidr blank",
    { subnets: [{ src_cidr: "", dst_cidr: null }] },
    { subnets: [{ src_cidr: ["This field may not be blank."], dst_cidr: isNull }] },
  ],
  [
    "subnet cidr 100.64",
    { subnets: [{ src_cidr: "172.16.0.0/24", dst_cidr: "100.64.0.0/24" }] },
    { subnets: [{ dst_cidr: ["A private network CIDR is expected."] }] },
  ],
  ["volume types not a list", { volume_types: 3 }, { volume_types: { non_field_errors: [notAList("int")] } }],
  [
    "volume type missing",
    { volume_types: [{}] },
    { volume_types: [{ src_type_uuid: required, dst_type_uuid: required }] },
  ],
  [
    "volume type malformed uuid",
    { volume_types: [{ src_type_uuid: "x", dst_type_uuid: 5 }] },
    { volume_types: [{ src_type_uuid: ["Must be a valid UUID."] }] },
  ],
  ["networks not a list", { networks: "x" }, { networks: [notAList("str")] }],
  ["networks malformed", { networks: ["zz", 1] }, { networks: none("zz") }],
  [
    "skip not bool",
    { skip_connection_extnet: "maybe" },
    { skip_connection_extnet: ["Must be a valid boolean."] },
  ],
  ["sync null", { sync_instance_ports: null }, { sync_instance_ports: isNull }],
] as const) {
  t.test(`refused as by Waldur: ${title}`, async (t) => {
    t.strictSame(createRequest.parse({ ...named, mappings }), { errors: { mappings: want } })
  })
}

for (const [title, body, want] of [
  ["the smallest body has three uuids", {}, {}],
  ["a number is a name", { name: 5 }, { name: "5" }],
  ["a name keeps its tab and loses its last line break", { name: "a\tb\n" }, { name: "a\tb" }],
  ["a description is accepted, unlike in Waldur", { description: "words" }, { description: "words" }],
  [
    "unknown keys are ignored at both levels",
    { extra: 2, mappings: { volume_types: [], what: 1 } },
    { mappings: { volume_types: [] } },
  ],
  [
    "other lengths than 24 are taken, unlike in the original",
    { mappings: { subnets: [{ src_cidr: "10.1.0.0/16", dst_cidr: "10.8.0.0/15" }] } },
    { mappings: { subnets: [{ src_cidr: "10.1.0.0/16", dst_cidr: "10.8.0.0/15" }] } },
  ],
  [
    "private IPv6 is taken, unlike in the original",
    { mappings: { subnets: [{ src_cidr: "fd00::/64", dst_cidr: "fd01::/64" }] } },
    { mappings: { subnets: [{ src_cidr: "fd00::/64", dst_cidr: "fd01::/64" }] } },
  ],
] as const) {
  t.test(title, async (t) => {
    t.strictSame(createRequest.parse({ ...named, ...body }), { value: { ...named, ...want } })
  })
}

t.test("a name of 151 characters is refused, where Waldur fails", async (t) => {
  t.match(createRequest.parse({ ...named, name: "n".repeat(151) }), {
    errors: { name: [/no more than 150/] },
  })
})

t.test("valid fields are returned beside the errors of the others", async (t) => {
  t.strictSame(createRequest.parseParts({ ...named, dst_plan: "zz", mappings: null }), {
    value: { src_resource: uuid, dst_offering: uuid },
    errors: { dst_plan: none("zz"), mappings: isNull },
  })
})
