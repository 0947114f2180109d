import { spawnSync } from "node:child_process"
import fc from "fast-check"
import t from "tap"
import { pythonJsonError } from "../../src/serializers/python-json.ts"
import { decodeUtf8 } from "../../src/serializers/python-utf8.ts"

const value = "Expecting value"
const name = "Expecting property name enclosed in double quotes"
const comma = "Expecting ',' delimiter"
const colon = "Expecting ':' delimiter"
const unterminated = "Unterminated string starting at"
const control = "Invalid control character at"
const badEscape = "Invalid \\escape"
const unicode = "Invalid \\uXXXX escape"

/** What Python 3.11 answers to these texts. */
const refused: readonly (readonly [text: string, error: string])[] = [
  ["", `${value}: line 1 column 1 (char 0)`],
  [" \n ", `${value}: line 2 column 2 (char 3)`],
  ["nul", `${value}: line 1 column 1 (char 0)`],
  ["-", `${value}: line 1 column 1 (char 0)`],
  ["[", `${value}: line 1 column 2 (char 1)`],
  ["[1,]", `${value}: line 1 column 4 (char 3)`],
  ['{"a":}', `${value}: line 1 column 6 (char 5)`],
  ["{nope", `${name}: line 1 column 2 (char 1)`],
  ["{", `${name}: line 1 column 2 (char 1)`],
  ['{"a":1,}', `${name}: line 1 column 8 (char 7)`],
  ["{'a': 1}", `${name}: line 1 column 2 (char 1)`],
  ['{"a" 1}', `${colon}: line 1 column 6 (char 5)`],
  ['{"a"', `${colon}: line 1 column 5 (char 4)`],
  ["[1 2]", `${comma}: line 1 column 4 (char 3)`],
  ['{"a": 1\n"b": 2}', `${comma}: line 2 column 1 (char 8)`],
  ['[{"a": [1}]', `${comma}: line 1 column 10 (char 9)`],
  ["01", "Extra data: line 1 column 2 (char 1)"],
  ["1.", "Extra data: line 1 column 2 (char 1)"],
  ["{} x", "Extra data: line 1 column 4 (char 3)"],
  ["{}\r\n{}", "Extra data: line 2 column 1 (char 4)"],
  ['"😀😀" x', "Extra data: line 1 column 6 (char 5)"],
  ['"a', `${unterminated}: line 1 column 1 (char 0)`],
  ['{"a": "b', `${unterminated}: line 1 column 7 (char 6)`],
  ['"a\\', `${unterminated}: line 1 column 1 (char 0)`],
  ['"a\n"', `${control}: line 1 column 3 (char 2)`],
  ['["\t"]', `${control}: line 1 column 3 (char 2)`],
  ['"\\x"', `${badEscape}: line 1 column 2 (char 1)`],
  ['"\\u12"', `${unicode}: line 1 column 3 (char 2)`],
  ['"\\u1234', `${unicode}: line 1 column 3 (char 2)`],
  ['"\\ud83d\\uzzzz"', `${unicode}: line 1 column 9 (char 8)`],
  ["[NaN]", "Out of range float values are not JSON compliant: 'NaN'"],
  ["-Infinity", "Out of range float values are not JSON compliant: '-Infinity'"],
  ["\ufeff{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"],
]

t.test("a text that is not JSON is refused in Python's words", async (t) => {
  for (const [text, error] of refused) t.equal(pythonJsonError(text), error, JSON.stringify(text))
})

t.test("JSON has no error", async (t) => {
  fc.assert(fc.property(fc.json(), (text) => pythonJsonError(text) === undefined))
  for (const text of ["[]", " { } ", "[[], {}]", '{"a": {"b": [1, -0.5e+3]}}', '"\\ud800 \\u00e9\\n"']) {
    t.equal(pythonJsonError(text), undefined, text)
  }
})

t.test("a text is read however deep it is nested", async (t) => {
  const deep = 1_000_000
  t.equal(pythonJsonError("[".repeat(deep)), `${value}: line 1 column ${deep + 1} (char ${deep})`)
  t.equal(pythonJsonError("[".repeat(deep) + "]".repeat(deep)), undefined)
})

for (const [rule, bytes, decoded] of [
  ["UTF-8 is decoded", [0xc3, 0xa9], { text: "é" }],
  ["a character that is cut off at the end is left out", [0x31, 0xf0, 0x9f, 0x98], { text: "1" }],
  ["a surrogate that is cut off at the end is left out", [0x31, 0xed, 0xa0], { text: "1" }],
  [
    "a surrogate is an error",
    [0xed, 0xa0, 0x80],
    { error: "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte" },
  ],
  [
    "a byte that begins no character is an error",
    [0x31, 0xff],
    { error: "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte" },
  ],
  [
    "a character that is not continued is an error",
    [0xe2, 0x31, 0x31],
    { error: "'utf-8' codec can't decode byte 0xe2 in position 0: invalid continuation byte" },
  ],
  [
    "half a character before other text is an error",
    [0xf0, 0x9f, 0x98, 0x31],
    { error: "'utf-8' codec can't decode bytes in position 0-2: invalid continuation byte" },
  ],
] as const) {
  t.test(rule, async (t) => {
    t.strictSame(decodeUtf8(Buffer.from(bytes)), decoded)
  })
}

/** Reads bodies as Django REST framework does. Prints the error of each, or null. */
const script = `
import base64, codecs, io, json, sys
def refuse(constant):
    raise ValueError("Out of range float values are not JSON compliant: " + repr(constant))
def error(body):
    try:
        json.load(codecs.getreader("utf-8")(io.BytesIO(base64.b64decode(body))), parse_constant=refuse)
    except ValueError as reason:
        return str(reason)
print(json.dumps([error(body) for body in json.load(sys.stdin)]))
`

/** Bodies that are almost JSON: a part of a document, or a document with some of its bytes replaced. */
const fragment = fc.constantFrom(
  ..."{}[]:,\"\\ \n\t\u00010-+.eEu'x",
  ...["\\u12", "\\ud83d", "\\ude00", "null", "NaN", "-Infinity", "tru", "é", "😀", "\ufeff", '"a":', "\r\n"],
)
const document = fc.json().map((text) => Buffer.from(text.toWellFormed()))
const bytes = fc.uint8Array({ maxLength: 3 }).map((some) => Buffer.from(some))
const spliced = fc
  .tuple(document, fc.nat(), fc.nat(3), fc.oneof(fragment.map(Buffer.from), bytes))
  .map(([body, at, length, put]) => {
    const from = at % (body.length + 1)
    return Buffer.concat([body.subarray(0, from), put, body.subarray(from + length)])
  })
const almostJson = fc.oneof(
  spliced,
  fc.array(fragment, { maxLength: 12 }).map((parts) => Buffer.from(parts.join(""))),
  fc.array(fragment, { maxLength: 6 }).map((parts) => Buffer.from(`{"a": "${parts.join("")}"}`)),
)

const [, minor = 0] =
  /^Python 3\.(\d+)/.exec(spawnSync("python3", ["--version"]).stdout?.toString() ?? "") ?? []
// Python 3.13 has an error of its own for a comma before the end of a container.
const skip =
  Number(minor) >= 8 && Number(minor) < 13 ? false : "needs python3 from 3.8 to 3.12, whose words these are"

t.test("whatever is sent, Python has the same error", { skip }, async (t) => {
  const bodies = fc.sample(almostJson, Number(process.env.RUNS ?? 5_000))
  const { stdout, stderr } = spawnSync("python3", ["-c", script], {
    input: JSON.stringify(bodies.map((body) => body.toString("base64"))),
    maxBuffer: 2 ** 26,
  })
  t.equal(stderr.toString(), "")
  const expected: (string | null)[] = JSON.parse(stdout.toString())
  const ours = bodies.map((body) => {
    const decoded = decodeUtf8(body)
    return "error" in decoded ? decoded.error : (pythonJsonError(decoded.text) ?? null)
  })
  const different = bodies.flatMap((body, index) =>
    ours[index] === expected[index] ? [] : [[body.toString("base64"), ours[index], expected[index]]],
  )
  t.strictSame(different.slice(0, 5), [], "for each of the bodies")
  t.ok(expected.filter((error) => error !== null).length > bodies.length / 4, "many of which are refused")
})
