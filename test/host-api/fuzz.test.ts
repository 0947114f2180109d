import fc from "fast-check"
import t from "tap"
import { contract } from "./contract.ts"
import { withApi } from "./demo-api.ts"

/** The variable RUNS sets another number. */
const numRuns = Number(process.env.RUNS ?? 300)

const names = [
  "page",
  "page_size",
  "o",
  "field",
  "name",
  "name_exact",
  "query",
  "state",
  "type",
  "scope",
  "event_type",
  "message",
  "resource_uuid",
  "tenant_uuid",
  "settings_uuid",
  "network_uuid",
  "project_uuid",
  "customer_uuid",
  "offering_uuid",
  "allowed_customer_uuid",
  "device_owner",
  "status",
  "direct_only",
]

const oddText = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    "",
    "%00",
    "%ff",
    "%",
    "%27",
    "%5C",
    "last",
    "-1",
    "0",
    "99999999999999999999",
    "1.5",
    "zz",
    "null",
    "__proto__",
    "constructor",
    "-created",
    "x".repeat(2_000),
    "00000000000000000000000000000009",
    "http%3A%2F%2Fhost%2Fapi%2Fx%2F%00%2F",
  ),
)

t.test("no request to the host's endpoints has a response with status 5xx", (t) =>
  withApi(async ({ site, world }) => {
    const { owner, stranger, staff } = world.rows.users
    const paths = contract.operations.map(({ path }) => path)
    const request = fc.record({
      path: fc.constantFrom(...paths),
      uuid: oddText,
      query: fc.array(fc.tuple(fc.constantFrom(...names), oddText), { maxLength: 3 }),
      authorization: fc.constantFrom(
        ...[owner, stranger, staff].map(({ token }) => `Token ${token}`),
        "",
        "Token",
        "Basic YTpi",
      ),
      method: fc.constantFrom("GET", "HEAD", "POST", "DELETE"),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ path, uuid, query, authorization, method }) => {
        const text = query.map(([name, value]) => `${name}=${value}`).join("&")
        const url = `${site}${path.replace("{uuid}", uuid.replaceAll(".", "x"))}?${text}`
        const response = await fetch(url, { method, headers: authorization === "" ? {} : { authorization } })
        const answer = await response.text()
        if (response.status >= 500) throw new Error(`${method} ${url}: ${response.status} ${answer}`)
      }),
      { numRuns, endOnFailure: true },
    )
    t.pass("no response with status 5xx")
  }),
)
