import assert from "node:assert/strict"
import fc from "fast-check"
import t from "tap"
import { cidrField } from "../../src/serializers/cidr-field.ts"
import {
  booleanField,
  choiceField,
  type Field,
  listField,
  objectField,
  optional,
  relatedField,
  relatedListField,
  required,
  textField,
  uuidField,
} from "../../src/serializers/fields.ts"

const docs = { description: "" }
const text = textField({ ...docs, maxLength: 5 })
const flag = booleanField(docs)
const choice = choiceField(["documented", "reachable"], docs)
const uuid = uuidField(docs)
const related = relatedField(docs)
const relatedList = relatedListField(docs)
const cidr = cidrField(docs)
const object = objectField({ flag: optional(flag), name: required(text) }, { title: "Object" })
const list = listField(object, docs)

const digits = "0123456789abcdef0123456789abcdef"
const dashes = "01234567-89AB-cdef-0123-456789abcdef"

const accepted: readonly (readonly [string, Field<unknown>, unknown, unknown])[] = [
  ["text is trimmed", text, " ab\n", "ab"],
  ["a number is read as text", text, 5, "5"],
  ["length counts code points", text, "😀😀😀😀😀", "😀😀😀😀😀"],
  ["blanks inside stay", text, "a\tb", "a\tb"],
  ["a boolean is a boolean", flag, true, true],
  ["yes and no are booleans, in any letter case", flag, "Yes", true],
  ["on and off are booleans", flag, "off", false],
  ["1 is true", flag, 1, true],
  ["0 is false", flag, "0", false],
  ["a choice is one of the choices", choice, "reachable", "reachable"],
  ["a uuid becomes 32 hex digits", uuid, dashes, digits],
  ["a uuid may have no hyphens", uuid, digits, digits],
  ["an integer is read as the uuid's 128 bits", uuid, 255, "000000000000000000000000000000ff"],
  ["a related uuid becomes 32 hex digits", related, dashes, digits],
  ["related uuids become 32 hex digits each", relatedList, [dashes, digits], [digits, digits]],
  ["no related uuids are an empty list", relatedList, [], []],
  [
    "a list keeps the order of its items",
    list,
    [{ name: "b" }, { name: "a", flag: 0 }],
    [{ name: "b" }, { name: "a", flag: false }],
  ],
  ["unknown names are ignored", object, { name: "a", other: 1 }, { name: "a" }],
  ["a private network is a CIDR", cidr, "10.1.0.0/24", "10.1.0.0/24"],
  ["the other private ranges are too", cidr, "172.31.255.0/25", "172.31.255.0/25"],
  ["a CIDR may be wide or narrow", cidr, " 192.168.0.0/16 ", "192.168.0.0/16"],
  ["private IPv6 is a CIDR", cidr, "fd00:1::/64", "fd00:1::/64"],
]

for (const [title, field, input, value] of accepted) {
  t.test(title, async (t) => t.strictSame(field.parse(input), { value }))
}

const isNull = ["This field may not be null."]
const four = ["Enter a valid IPv4 address."]
const publicRange = ["A private network CIDR is expected."]
const refused: readonly (readonly [string, Field<unknown>, unknown, unknown])[] = [
  ["text may not be null", text, null, isNull],
  ["text may not be blank", text, " \n ", ["This field may not be blank."]],
  ["text may not hold a null character", text, "a\0b", ["Null characters are not allowed."]],
  ["text has a length", text, "abcdef", ["Ensure this field has no more than 5 characters."]],
  ["an object is refused as text", text, {}, ["Not a valid string."]],
  ["a boolean is refused as text", text, true, ["Not a valid string."]],
  ["a boolean may not be null", flag, null, isNull],
  ["maybe is refused as a boolean", flag, "maybe", ["Must be a valid boolean."]],
  ["a list is refused as a boolean", flag, [true], ["Must be a valid boolean."]],
  ["2 is refused as a boolean", flag, 2, ["Must be a valid boolean."]],
  ["an unknown choice is refused by name", choice, "all", ['"all" is not a valid choice.']],
  ["a choice may not be null", choice, null, isNull],
  ["text that is not a uuid is refused", uuid, "x", ["Must be a valid UUID."]],
  ["a negative number is refused as a uuid", uuid, -1, ["Must be a valid UUID."]],
  ["a uuid may not be null", uuid, null, isNull],
  ["a blank related uuid is read as null", related, "", isNull],
  [
    "a malformed related uuid is named as it was sent",
    related,
    "zz",
    ["Object with uuid=zz does not exist."],
  ],
  ["a number is named as it was sent", related, 1, ["Object with uuid=1 does not exist."]],
  ["true is named as Python prints it", related, true, ["Object with uuid=True does not exist."]],
  ["an empty object is named as it was sent", related, {}, ["Object with uuid={} does not exist."]],
  [
    "of related uuids the first bad one is named",
    relatedList,
    [digits, "zz", 1],
    ["Object with uuid=zz does not exist."],
  ],
  ["related uuids are a list", relatedList, "x", ['Expected a list of items but got type "str".']],
  ["a list is a list", list, {}, { non_field_errors: ['Expected a list of items but got type "dict".'] }],
  ["a list may not be null", list, null, isNull],
  [
    "good items of a list have no errors, bad ones theirs",
    list,
    [{ name: "a" }, null, {}],
    [{}, isNull, { name: ["This field is required."] }],
  ],
  [
    "an object is an object",
    object,
    1.5,
    { non_field_errors: ["Invalid data. Expected a dictionary, but got float."] },
  ],
  [
    "all errors of an object come together",
    object,
    { flag: "x" },
    { flag: ["Must be a valid boolean."], name: ["This field is required."] },
  ],
  [
    "what every object inherits is not what was sent",
    objectField({ toString: required(text) }, { title: "" }),
    {},
    { toString: ["This field is required."] },
  ],
  ["a CIDR may not be null", cidr, null, isNull],
  ["a CIDR may not be blank", cidr, " ", ["This field may not be blank."]],
  ["a CIDR is text", cidr, 10, four],
  ["a CIDR has no host bits", cidr, "10.1.0.5/24", four],
  ["a CIDR's length fits the address", cidr, "10.0.0.0/33", four],
  ["a CIDR has no leading zeros", cidr, "010.0.0.0/24", four],
  ["a network inside of a private range, not around it, is private", cidr, "10.0.0.0/7", publicRange],
  ["a public network is refused", cidr, "8.8.8.0/24", publicRange],
  ["shared address space is not private", cidr, "100.64.0.0/24", publicRange],
  ["public IPv6 is refused", cidr, "2001:db8::/64", publicRange],
  ["IPv6 has no host bits either", cidr, "fd00::1/64", ["Enter a valid IPv6 address."]],
]

for (const [title, field, input, errors] of refused) {
  t.test(title, async (t) => t.strictSame(field.parse(input), { errors }))
}

const fields: readonly Field<unknown>[] = [text, flag, choice, uuid, related, relatedList, cidr, object, list]

const holds = (field: Field<unknown>, input: unknown): void => {
  const parsed = field.parse(input)
  assert.equal(Number("value" in parsed) + Number("errors" in parsed), 1)
  if ("errors" in parsed) assert.ok(JSON.stringify(parsed.errors).length > 4)
}

t.test("for any JSON, a field returns a value or errors", async () => {
  const known = fc.constantFrom("flag", "name", "toString", "valueOf", "toJSON", "constructor", "__proto__")
  const leaf = fc.oneof(fc.jsonValue(), known, fc.double(), fc.constantFrom("10.0.0.0/8", digits, "", null))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(known, tie("value"), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(fc.constantFrom(...fields), value, (field, input) => {
      const text = JSON.stringify(input)
      if (text !== undefined) holds(field, JSON.parse(text))
    }),
    {
      numRuns: 3000,
      examples: fields.map((field): [Field<unknown>, unknown] => [field, { toString: 1, valueOf: 2 }]),
    },
  )
})

t.test("for JSON of any depth, a field returns a value or errors", async (t) => {
  const depth = 20_000
  for (const [open, close] of [
    ["[", "]"],
    ['{"name":', "}"],
  ] as const) {
    const deep: unknown = JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`)
    for (const field of fields) t.doesNotThrow(() => holds(field, deep))
  }
})
