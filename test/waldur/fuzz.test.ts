import { Agent } from "node:http"
import fc from "fast-check"
import t, { type Test } from "tap"
import { ask } from "../helpers/http.ts"
import { type FixtureHost, goodBody, tokens, uuids, withFixture } from "./fixture.ts"
import { type Got, type Sent, send } from "./raw-request.ts"

/** RUNS sets the number of requests. */
const numRuns = Number(process.env.RUNS ?? 200)
const MEGABYTE = 1024 * 1024

/** Texts that are hard for parsers, databases and printers. */
const oddText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "\0",
    "\ud800",
    "a\udfffb",
    "%00",
    "null",
    "__proto__",
    "🜁".repeat(150),
    "x".repeat(5_000),
    "9".repeat(400),
    "-1",
    "NaN",
    "10.1.0.0/24",
    "0.0.0.0/0",
    uuids.source,
  ),
)

const oddValue = fc.oneof(
  oddText,
  fc.constantFrom(null, true, 0, -1, 2 ** 53, 1e308, [], {}, [[]], [null], [{}]),
  fc.jsonValue({ maxDepth: 4 }),
  fc.integer({ min: 1, max: 50_000 }).map((depth) => ({ deep: depth })),
)

/** A valid body with some parts replaced. */
const almostGood = fc
  .record(
    {
      src_resource: oddValue,
      dst_offering: oddValue,
      dst_plan: oddValue,
      name: oddValue,
      description: oddValue,
      error_message: oddValue,
      error_traceback: oddValue,
      mappings: fc.oneof(
        oddValue,
        fc.record(
          {
            networks: fc.oneof(oddValue, fc.array(oddText)),
            subnets: fc.oneof(oddValue, fc.array(fc.record({ src_cidr: oddText, dst_cidr: oddText }))),
            volume_types: fc.oneof(
              oddValue,
              fc.array(fc.record({ src_type_uuid: oddText, dst_type_uuid: oddText })),
            ),
            skip_connection_extnet: oddValue,
            sync_instance_ports: oddValue,
            static_routes: oddValue,
          },
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  )
  .map((parts) => JSON.stringify({ ...goodBody, ...parts }).replace(/\{"deep":(\d+)\}/g, deep))

/** Nested too deeply for fast-check, and so built as text. */
function deep(_: string, depth: string): string {
  return "[".repeat(Number(depth)) + "]".repeat(Number(depth))
}

/** Names and texts that may be valid, and then have to be stored and shown. */
const takenBody = fc
  .record(
    {
      name: oddText.map((text) => text.slice(0, 150)),
      description: oddText,
      error_message: oddText,
      error_traceback: oddText,
    },
    { requiredKeys: [] },
  )
  .map((parts) => JSON.stringify({ ...goodBody, mappings: {}, ...parts }))

const oddBody = fc.oneof(
  { weight: 4, arbitrary: almostGood },
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string({ unit: "binary" }),
  fc.constant(""),
)

function oddPath(known: readonly string[]): fc.Arbitrary<string> {
  const segment = fc.oneof(
    fc.constantFrom(...known, "preview", "zz", "%00", "%ff", "%2e%2e", "%2f", "x".repeat(300)),
    fc.webFragments().map((text) => text.slice(0, 50)),
  )
  const query = fc.array(
    fc.tuple(
      fc.constantFrom(
        "page",
        "page_size",
        "src_resource_uuid",
        "dst_resource_uuid",
        "format",
        "field",
        "state",
      ),
      fc.oneof(
        oddText.map((text) => encodeURIComponent(text.toWellFormed())),
        fc.constantFrom("%", "%ff", "%00", "last", "99999999999999999999", "-0", "1.5", "0x10"),
      ),
    ),
    { maxLength: 3 },
  )
  // Without the event stream, which does not end before its migration.
  const tail = fc.constantFrom(
    "",
    "/",
    "/progress/",
    "/run/",
    "/retry/",
    "/verify/",
    "/cancel/",
    "/rollback/",
    "/report/",
    "/objects/",
    "/nothing/",
    "//",
  )
  return fc
    .tuple(
      fc.oneof(
        fc.constant("/"),
        fc.tuple(segment, tail).map(([one, end]) => `/${one}${end}`),
      ),
      query,
    )
    .map(([path, pairs]) => {
      const text = pairs.map(([name, value]) => `${name}=${value}`).join("&")
      return `/api/openstack-migrations${path}${text === "" ? "" : `?${text}`}`
    })
}

const authorization = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.values(tokens)).map((token) => `Token ${token}`) },
  fc.constantFrom("", "Token", "Bearer Token", "Token \u00ff", `Token ${"a".repeat(5_000)}`, "Basic YTpi"),
)

const contentType = fc.oneof(
  { weight: 6, arbitrary: fc.constant("application/json") },
  fc.constantFrom(
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "text/plain",
    "x",
  ),
)

/** Any request. */
function oddRequest(known: readonly string[]): fc.Arbitrary<Sent> {
  return fc
    .record({
      method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
      path: oddPath(known),
      authorization,
      contentType,
      accept: fc.constantFrom("*/*", "application/json", "text/html", "", "q=1;;,", "application/json;q=0"),
      impersonated: fc.constantFrom("", "zz", "000000000000000000000000000a0003"),
      body: oddBody,
    })
    .map(({ method, path, authorization, contentType, accept, impersonated, body }) => ({
      method,
      path,
      headers: {
        accept,
        ...(authorization !== "" && { authorization }),
        ...(impersonated !== "" && { "x-impersonated-user-uuid": impersonated }),
        ...(method !== "GET" && method !== "HEAD" && body !== "" && { "content-type": contentType }),
      },
      body: method === "GET" || method === "HEAD" ? "" : body,
    }))
}

/** A request of a user who may send it, with a body that is nearly valid. */
function nearlyRight(own: string): fc.Arbitrary<Sent> {
  return fc
    .record({
      operation: fc.constantFrom(
        ["POST", ""] as const,
        ["POST", "preview/"] as const,
        ["PUT", `${own}/`] as const,
        ["PATCH", `${own}/`] as const,
      ),
      who: fc.constantFrom(tokens.staff, tokens["customer owner"]),
      body: fc.oneof(almostGood, takenBody),
    })
    .map(({ operation: [method, path], who, body }) => ({
      method,
      path: `/api/openstack-migrations/${path}`,
      headers: { authorization: `Token ${who}`, "content-type": "application/json" },
      body,
    }))
}

const secret = "a-name-that-is-nobody-elses-business"
const seesAll = [tokens.staff, tokens.support].map((token) => `Token ${token}`)

t.test("the server responds to any request, without an internal error and without data of others", (t) =>
  withFixture(
    async ({ site, migrations }) => {
      const made = await ask(migrations, {
        method: "POST",
        token: tokens.staff,
        body: { ...goodBody, name: secret },
      })
      const { uuid, dst_resource_uuid } = made.body as { uuid: string; dst_resource_uuid: string }
      const mine = await ask(migrations, { method: "POST", token: tokens["customer owner"], body: goodBody })
      const own = (mine.body as { uuid: string }).uuid
      const agent = new Agent({ keepAlive: true })
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(oddRequest([uuid, dst_resource_uuid, own]), nearlyRight(own)),
          async (sent) => {
            const { status, text } = await send(site, agent, sent)
            if (status < 200 || status >= 500) throw new Error(`${status} ${text}`)
            if (seesAll.includes(sent.headers.authorization ?? "")) return
            if (text.includes(secret)) throw new Error(`shown to somebody else: ${text}`)
          },
        ),
        { numRuns, endOnFailure: true },
      )
      agent.destroy()
      t.equal((await ask(migrations, { token: tokens.staff })).status, 200, "the server still responds")
    },
    { bodyLimit: 32 * MEGABYTE },
  ),
)

const hundredThousand = Array.from({ length: 100_000 }, (_, index) => index)
const hex = (number: number) => number.toString(16).padStart(32, "0")

/** Oversized requests. */
const huge: readonly (readonly [what: string, mappings: unknown])[] = [
  [
    "subnet mappings with one range",
    { subnets: hundredThousand.map(() => ({ src_cidr: "10.1.0.0/24", dst_cidr: "10.9.0.0/24" })) },
  ],
  [
    "mappings of subnets that do not exist",
    {
      subnets: hundredThousand.map((n) => {
        const net = `10.${n % 200}.${Math.floor(n / 500)}.${(n % 128) & 0xfe}/31`
        return { src_cidr: net, dst_cidr: net }
      }),
    },
  ],
  ["subnets that are wrong", { subnets: hundredThousand.map((n) => ({ src_cidr: n })) }],
  ["networks", { networks: hundredThousand.map(hex) }],
  ["networks that are wrong", { networks: hundredThousand }],
  [
    "volume types",
    { volume_types: hundredThousand.map((n) => ({ src_type_uuid: hex(n), dst_type_uuid: hex(n) })) },
  ],
]

t.test("texts of 100,000 characters and others that cannot be stored are refused", (t) =>
  withFixture(
    async (host) => {
      for (const [what, mappings] of huge) await refused(t, host, what, { ...goodBody, mappings })
      await refused(t, host, "half a character", { ...goodBody, name: "a\ud800" })
      await refused(t, host, "a name of 10 MB", { ...goodBody, name: "x".repeat(10 * MEGABYTE) })
      const nested = "[".repeat(5 * MEGABYTE) + "]".repeat(5 * MEGABYTE)
      await refused(t, host, "10 MB of brackets", `{"src_resource": ${nested}}`)
    },
    { bodyLimit: 32 * MEGABYTE },
  ),
)

t.test("a body above the host's limit is refused", (t) =>
  withFixture(async (host) => {
    const { status, text } = await post(host, JSON.stringify({ name: "x".repeat(10 * MEGABYTE) }))
    t.equal(status, 413)
    t.same(JSON.parse(text), { detail: "The body is too large." })
  }),
)

async function refused(t: Test, host: FixtureHost, what: string, body: unknown): Promise<void> {
  const { status, text } = await post(host, typeof body === "string" ? body : JSON.stringify(body))
  t.equal(status, 400, what)
  t.ok(JSON.parse(text), "with a reason in JSON")
}

async function post({ site }: FixtureHost, body: string): Promise<Got> {
  const agent = new Agent()
  try {
    return await send(site, agent, {
      method: "POST",
      path: "/api/openstack-migrations/",
      headers: { authorization: `Token ${tokens["customer owner"]}`, "content-type": "application/json" },
      body,
    })
  } finally {
    agent.destroy()
  }
}
