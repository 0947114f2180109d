import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import t from "tap"
import type { CallRecord } from "../../src/openstack/index.ts"
import { connect, endpoint, failureOf, fakeCloud, type Seen } from "./fake-cloud.ts"

const read = { service: "network", method: "GET", path: "/networks" } as const

t.test("a request carries token, JSON and query", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({ body: { answer: 1 } }) })
  const cloud = connect(t, fake)
  const query = { name: "a b&c", shared: false, limit: 3, fields: ["id", "name"], absent: undefined }
  t.same(await cloud.call({ ...read, method: "PUT", query, body: { x: 1 } }), { answer: 1 })
  t.match(fake.calls[0], {
    method: "PUT",
    path: "/network/v2.0/networks",
    query: "?name=a+b%26c&shared=false&limit=3&fields=id&fields=name",
    token: "token-1",
    body: { x: 1 },
    headers: { "content-type": "application/json", accept: "application/json" },
  })
})

t.test("a request without a body has no content type", async (t) => {
  const fake = await fakeCloud(t)
  await connect(t, fake).call(read)
  t.equal(fake.calls[0]?.headers["content-type"], undefined)
})

t.test("Neutron's pages are followed to the end, with the host and path that the catalog gave", async (t) => {
  const elsewhere = await fakeCloud(t)
  const pages: Record<string, unknown> = {
    "": { networks: [{ id: "1" }], networks_links: [link("marker=1", elsewhere.base)] },
    "1": { networks: [{ id: "2" }], networks_links: [link("marker=2", "https://inner:9696")] },
    "2": { networks: [], networks_links: [{ rel: "previous", href: "http://x/v2.0/networks" }] },
  }
  const fake = await fakeCloud(t, {
    answer: (seen) => ({ body: pages[new URLSearchParams(seen.query).get("marker") ?? ""] }),
  })
  const request = { service: "network", path: "/networks", query: { limit: 1, fields: ["id"] } } as const
  t.same(await connect(t, fake).list(request, "networks"), [{ id: "1" }, { id: "2" }])
  t.same(
    fake.calls.map(({ path, query }) => path + query),
    [
      "/network/v2.0/networks?limit=1&fields=id",
      "/network/v2.0/networks?limit=1&fields=id&marker=1",
      "/network/v2.0/networks?limit=1&fields=id&marker=2",
    ],
  )
  t.same(elsewhere.calls, [])
})

t.test("Keystone's pages are followed to the end", async (t) => {
  const fake = await fakeCloud(t, {
    answer: (seen) =>
      seen.query.includes("marker")
        ? { body: { projects: [2], links: { next: null, self: "x" } } }
        : { body: { projects: [1], links: { next: "http://inner/v3/projects?marker=1", self: "x" } } },
  })
  t.same(await connect(t, fake).list({ service: "identity", path: "/projects" }, "projects"), [1, 2])
})

t.test("Glance's pages are followed to the end", async (t) => {
  const fake = await fakeCloud(t, {
    answer: (seen) =>
      seen.query.includes("marker")
        ? { body: { images: [2], first: "/v2/images" } }
        : { body: { images: [1], first: "/v2/images", next: "/v2/images?marker=1" } },
  })
  t.same(await connect(t, fake).list({ service: "image", path: "/images" }, "images"), [1, 2])
})

t.test("a list is read from its start again where the marker of a page was deleted", async (t) => {
  const notFound = {
    status: 404,
    body: { NeutronError: { type: "NetworkNotFound", message: "no 1", detail: "" } },
  }
  const first = { networks: [1], networks_links: [link("marker=1", "http://x")] }
  const fake = await fakeCloud(t, {
    answer: (seen, { calls }) =>
      seen.query.includes("marker") ? notFound : { body: calls.length === 1 ? first : { networks: [2] } },
  })
  t.same(await connect(t, fake).list(read, "networks"), [2])

  const restless = await fakeCloud(t, {
    answer: (seen) => (seen.query.includes("marker") ? notFound : { body: first }),
  })
  const error = await failureOf(connect(t, restless).list(read, "networks"))
  t.match(error.failure, { cloudMessage: "the list changes faster than it can be read", retry: "later" })
})

t.test("pages that refer to each other in a circle are an error", async (t) => {
  const fake = await fakeCloud(t, {
    answer: () => ({ body: { networks: [1], networks_links: [link("marker=1", "http://x")] } }),
  })
  const cloud = connect(t, fake)
  t.match((await failureOf(cloud.list(read, "networks"))).message, "refer to each other in a circle")
  t.equal(fake.calls.length, 2)
})

t.test("a response without the list is an error", async (t) => {
  const fake = await fakeCloud(t)
  t.match((await failureOf(connect(t, fake).list(read, "networks"))).message, 'no list "networks"')
})

t.test("a call ends at its time limit, also in the middle of its response", async (t) => {
  const slow = createServer((request, response) => {
    request.resume()
    response.write('{"networks": [')
  })
  await new Promise<void>((listening) => slow.listen(0, "127.0.0.1", listening))
  const base = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
  t.teardown(() => {
    slow.closeAllConnections()
    slow.close()
  })
  const fake = await fakeCloud(t, {
    answer: () => "silence",
    catalog: (own) => [endpoint("compute", `${own}/v2.1`), endpoint("network", base)],
  })
  const cloud = connect(t, fake, { timeoutMs: 300 }, { failureBudgetMs: 10 })
  for (const service of ["compute", "network"] as const)
    for (const method of ["GET", "POST"] as const) {
      const error = await failureOf(cloud.call({ ...read, service, method }))
      t.match(error.failure, { status: 0, retry: "later", uncertain: method === "POST" })
      t.equal(error.failure.cloudMessage, "no response within 300 ms")
    }
})

t.test("a signal aborts a call: in flight, in the queue, and before its start", async (t) => {
  const stopping = new AbortController()
  const fake = await fakeCloud(t, {
    answer: () => {
      stopping.abort(new Error("the worker stops"))
      return "silence"
    },
  })
  const cloud = connect(t, fake, { inFlight: 1 })
  const request = { ...read, method: "POST", signal: stopping.signal } as const
  const [inFlight, queued] = [failureOf(cloud.call(request)), failureOf(cloud.call(request))]
  t.match((await inFlight).failure, { uncertain: true, retry: "later", cloudMessage: /the worker stops/ })
  t.match((await queued).failure, { uncertain: false, retry: "later" })
  t.match((await failureOf(cloud.call(request))).failure, { uncertain: false })
  t.equal(fake.calls.length, 1)
})

t.test("an aborted call does not abort the sign-in that others share", async (t) => {
  const stopping = new AbortController()
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake)
  const aborted = failureOf(cloud.call({ ...read, signal: stopping.signal }))
  const other = cloud.call(read)
  stopping.abort(new Error("cancelled"))
  t.match((await aborted).message, "aborted: cancelled")
  t.same(await other, {})
  t.equal(fake.signIns.length, 1)
})

t.test("after close, calls in flight and later ones fail", async (t) => {
  const fake = await fakeCloud(t, { answer: () => "silence" })
  const cloud = connect(t, fake, { inFlight: 1 })
  await cloud.whoami()
  const failures = [failureOf(cloud.call(read)), failureOf(cloud.call(read))]
  while (fake.calls.length === 0) await new Promise((later) => setImmediate(later))
  await cloud.close()
  for (const error of await Promise.all([...failures, failureOf(cloud.call(read))]))
    t.match(error.message, "aborted: the connection to the cloud was closed")
})

t.test("an observer gets every try, and the sign-in as a read", async (t) => {
  const headers = { "x-openstack-request-id": "req-1" }
  const fake = await fakeCloud(t, {
    answer: (seen, { calls }) => ({
      status: calls.length === 1 && seen.method === "PUT" ? 503 : 200,
      headers,
    }),
  })
  const records: CallRecord[] = []
  const others: CallRecord[] = []
  const cloud = connect(t, fake)
  const view = cloud.withObserver((call) => records.push(call))
  await view.call({ ...read, method: "PUT", query: { a: 1 } })
  await view.withObserver((call) => others.push(call)).call(read)
  await cloud.call(read)
  t.equal(view.name, "north")
  const put = { service: "network", method: "PUT", path: "/networks", write: true, requestId: "req-1" }
  t.match(records, [
    { service: "identity", method: "POST", path: "/auth/tokens", status: 201, write: false },
    { ...put, status: 503 },
    { ...put, status: 200 },
    { method: "GET", write: false, status: 200 },
  ])
  t.equal(records.length, 4)
  t.equal(others.length, 1)
  t.ok(records.every((call) => call.durationMs > 0))
  t.equal(fake.signIns.length, 1)
})

t.test("sockets are kept for reads", async (t) => {
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake)
  for (let i = 0; i < 3; i += 1) await cloud.call(read)
  const keeps = ({ headers }: Seen) => headers.connection === "keep-alive"
  t.ok(fake.calls.every(keeps))
})

function link(query: string, host: string) {
  return { rel: "next", href: `${host}/v2.0/networks?limit=1&fields=id&${query}` }
}
