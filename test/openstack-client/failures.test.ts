import { inspect } from "node:util"
import t from "tap"
import { connect, failureOf, fakeCloud, PASSWORD } from "./fake-cloud.ts"

const read = { service: "network", method: "GET", path: "/networks", query: { name: "x" } } as const

const long = "no ".repeat(2_000)
const shapes: readonly [title: string, status: number, body: unknown, type: string, message: string][] = [
  [
    "Neutron",
    409,
    { NeutronError: { type: "OverQuota", message: "Quota\n exceeded", detail: "" } },
    "OverQuota",
    "Quota exceeded",
  ],
  ["Neutron's text", 400, { NeutronError: "bad thing" }, "", "bad thing"],
  [
    "Keystone",
    403,
    { error: { code: 403, title: "Forbidden", message: "Not for you." } },
    "",
    "Not for you.",
  ],
  ["Nova", 400, { badRequest: { code: 400, message: "Bad id." } }, "badRequest", "Bad id."],
  ["Cinder", 404, { itemNotFound: { code: 404, message: "No volume." } }, "itemNotFound", "No volume."],
  ["Nova's conflict", 409, { conflictingRequest: { message: "Busy." } }, "conflictingRequest", "Busy."],
  ["webob", 404, { message: "Not here.", code: "404 Not Found", title: "Not Found" }, "", "Not here."],
  ["WSME", 400, { debuginfo: null, faultcode: "Client", faultstring: "Bad." }, "", "Bad."],
  ["a gateway", 403, { error_code: "APIGW.0308", error_msg: "Denied." }, "", "Denied."],
  ["plain text", 403, "Access\r\n  denied", "", "Access denied"],
  ["HTML", 403, "<html><head><title>T</title></head><h1>403</h1><p>Denied&nbsp;here", "", "403 Denied here"],
  ["nothing", 404, undefined, "", ""],
  ["something long", 400, long, "", `${long.slice(0, 999)}…`],
]

for (const [title, status, body, type, message] of shapes)
  t.test(`the error has the words of ${title}`, async (t) => {
    const headers = { "x-openstack-request-id": "req-1" }
    const fake = await fakeCloud(t, { answer: () => ({ status, body, headers }) })
    const { failure } = await failureOf(connect(t, fake).call(read))
    const { cloudMessage, ...rest } = failure
    t.equal(cloudMessage, message)
    t.same(rest, {
      cloud: "north",
      service: "network",
      method: "GET",
      path: "/networks",
      status,
      type,
      requestId: "req-1",
      retry: "no",
      uncertain: false,
    })
  })

t.test("the message names cloud, call, status, words and request id", async (t) => {
  const headers = { "x-compute-request-id": "req-2" }
  const fake = await fakeCloud(t, { answer: () => ({ status: 400, body: "Wrong.", headers }) })
  const error = await failureOf(connect(t, fake).call(read))
  t.equal(error.message, "north: network GET /networks answered 400: Wrong. (req-2)")
})

t.test("no error contains password or token, even when the cloud repeats them", async (t) => {
  const userPassword = "h0rse-battery"
  const body = `Value: ${userPassword}, signed in by ${PASSWORD} with token-1`
  const fake = await fakeCloud(t, { answer: () => ({ status: 400, body }) })
  const request = { service: "identity", method: "POST", path: "/users" } as const
  const error = await failureOf(
    connect(t, fake).call({ ...request, body: { user: { password: userPassword } } }),
  )
  t.equal(error.failure.cloudMessage, "Value: ***, signed in by *** with ***")
  hasNoSecret(t, error)

  const refused = await fakeCloud(t, { signIn: () => ({ status: 401, body: `not ${PASSWORD}` }) })
  hasNoSecret(t, await failureOf(connect(t, refused).whoami()))
  const broken = await fakeCloud(t, { answer: () => "reset" })
  hasNoSecret(t, await failureOf(connect(t, broken, {}, { failureBudgetMs: 10 }).call(read)))
})

t.test("a Cloud that is printed contains no password and no token", async (t) => {
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake)
  await cloud.whoami()
  hasNoSecret(t, cloud)
})

t.test("a redirect is not followed; the error names its host only", async (t) => {
  const elsewhere = await fakeCloud(t)
  for (const method of ["GET", "POST"] as const) {
    const fake = await fakeCloud(t, {
      answer: () => ({ status: 302, headers: { location: `${elsewhere.base}/login?ticket=1` } }),
    })
    const error = await failureOf(connect(t, fake).call({ ...read, method }))
    t.equal(error.failure.cloudMessage, `redirects to ${new URL(elsewhere.base).host}, which is not followed`)
    t.match(error.failure, { status: 302, retry: "no", uncertain: false })
  }
  t.same(elsewhere.calls, [])
})

t.test("a response that is not JSON is an error", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({ body: "<html>Welcome</html>" }) })
  const error = await failureOf(connect(t, fake).call({ ...read, method: "POST" }))
  t.match(error.failure, { status: 200, uncertain: true, cloudMessage: "the response is not JSON" })
})

t.test("an empty response is undefined", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({ status: 204 }) })
  t.equal(await connect(t, fake).call(read), undefined)
})

function hasNoSecret(t: Pick<typeof import("tap").t, "notMatch">, value: unknown): void {
  const shown = `${inspect(value, { depth: 20, showHidden: true })} ${JSON.stringify(value)} ${value}`
  for (const secret of [PASSWORD, "h0rse-battery", "token-1"]) t.notMatch(shown, secret)
}
