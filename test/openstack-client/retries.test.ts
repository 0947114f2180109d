import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import fc from "fast-check"
import t from "tap"
import { backoffMs } from "../../src/openstack/http/timing.ts"
import { connectCloud } from "../../src/openstack/index.ts"
import { withCallOptions } from "../../src/openstack/session/call-options.ts"
import { type Answering, connect, endpoint, failureOf, fakeCloud, shortTiming } from "./fake-cloud.ts"

const read = { service: "network", method: "GET", path: "/networks" } as const
const create = { service: "network", method: "POST", path: "/networks", body: {} } as const
const remove = { service: "network", method: "DELETE", path: "/networks/1" } as const
const conflict = (message: string) => ({
  status: 409,
  body: { NeutronError: { type: "X", message, detail: "" } },
})

for (const method of ["GET", "HEAD", "PUT", "DELETE"] as const)
  for (const fault of ["reset", { status: 500 }, { status: 502 }, { status: 503 }, { status: 504 }] as const)
    t.test(`a ${method} is retried after ${nameOf(fault)}`, async (t) => {
      const fake = await fakeCloud(t, { answer: inTurn(fault, {}) })
      await connect(t, fake).call({ ...read, method })
      t.equal(fake.calls.length, 2)
    })

for (const method of ["POST", "PATCH"] as const)
  for (const fault of ["reset", { status: 408 }, { status: 500 }, { status: 503 }, { status: 504 }] as const)
    t.test(`a ${method} that may have taken effect before ${nameOf(fault)} is not retried`, async (t) => {
      const fake = await fakeCloud(t, { answer: inTurn(fault, {}) })
      const error = await failureOf(connect(t, fake).call({ ...create, method }))
      t.match(error.failure, {
        uncertain: true,
        retry: "later",
        status: fault === "reset" ? 0 : fault.status,
      })
      t.equal(fake.calls.length, 1)
    })

t.test("a POST that is marked repeatable is retried", async (t) => {
  const fake = await fakeCloud(t, { answer: inTurn("reset", {}) })
  await connect(t, fake).call({ ...create, repeatable: true })
  t.equal(fake.calls.length, 2)
})

t.test("a PUT that is marked not repeatable is not retried", async (t) => {
  const fake = await fakeCloud(t, { answer: inTurn("reset", {}) })
  const error = await failureOf(connect(t, fake).call({ ...create, method: "PUT", repeatable: false }))
  t.equal(error.failure.uncertain, true)
  t.equal(fake.calls.length, 1)
})

t.test("a POST that was not sent is retried", async (t) => {
  const free = createServer((_, response) => response.end("{}"))
  await new Promise<void>((listening) => free.listen(0, "127.0.0.1", listening))
  const { port } = free.address() as AddressInfo
  await new Promise((closed) => free.close(closed))
  const fake = await fakeCloud(t, { catalog: () => [endpoint("compute", `http://127.0.0.1:${port}/v2.1`)] })
  const statuses: number[] = []
  const cloud = connectCloud(
    fake.connection,
    ({ status, write }) => {
      if (!write) return
      statuses.push(status)
      if (statuses.length === 1) free.listen(port, "127.0.0.1")
    },
    { ...shortTiming, failureBackoff: { firstMs: 20, maxMs: 50 } },
  )
  t.teardown(async () => {
    await cloud.close()
    free.close()
  })
  await cloud.call({ ...create, service: "compute" })
  t.equal(statuses[0], 0)
  t.equal(statuses.at(-1), 200)
})

t.test("a request that was not sent is not uncertain", async (t) => {
  const fake = await fakeCloud(t, { catalog: () => [endpoint("compute", "http://127.0.0.1:1/v2.1")] })
  const cloud = connect(t, fake, {}, { failureBudgetMs: 30 })
  const error = await failureOf(cloud.call({ ...create, service: "compute" }))
  t.match(error.failure, { uncertain: false, retry: "later", status: 0, cloudMessage: /ECONNREFUSED/ })
})

t.test("a retried DELETE that finds nothing has succeeded", async (t) => {
  const fake = await fakeCloud(t, { answer: inTurn("reset", { status: 404, body: "gone" }) })
  t.equal(await connect(t, fake).call(remove), undefined)
})

t.test("a DELETE that finds nothing at its first try is an error", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({ status: 404 }) })
  t.match((await failureOf(connect(t, fake).call(remove))).failure, { status: 404, retry: "no" })
})

t.test("a write whose first response was lost stays uncertain, whatever its retry returns", async (t) => {
  const fake = await fakeCloud(t, {
    answer: inTurn("reset", conflict("Router 1 has ports still attached")),
  })
  t.match((await failureOf(connect(t, fake).call(remove))).failure, { status: 409, uncertain: true })
})

t.test(
  "a write whose first response was lost stays uncertain when the sign-in for its retry fails",
  async (t) => {
    const fake = await fakeCloud(t, {
      answer: inTurn("reset", { status: 401 }),
      signIn: (count) => (count === 1 ? undefined : { status: 403 }),
    })
    const error = await failureOf(connect(t, fake).call(remove))
    t.match(error.failure, { service: "identity", status: 403, uncertain: true })
  },
)

for (const message of [
  "Please try again later.",
  "Subnet 1 is being modified by another concurrent operation.",
  "Concurrent update of the quota, retry the request.",
])
  t.test(`a conflict with the words "${message}" is retried`, async (t) => {
    const fake = await fakeCloud(t, { answer: inTurn(conflict(message), {}) })
    await connect(t, fake).call(create)
    t.equal(fake.calls.length, 2)
  })

for (const message of [
  "Quota exceeded for resources: ['network'].",
  "Router 1 has ports still attached: 2, 3",
  "Security group rule already exists. Rule id is 1.",
])
  t.test(`a conflict with the words "${message}" is not retried`, async (t) => {
    const fake = await fakeCloud(t, { answer: () => conflict(message) })
    t.match((await failureOf(connect(t, fake).call(create))).failure, {
      status: 409,
      retry: "no",
      uncertain: false,
    })
    t.equal(fake.calls.length, 1)
  })

for (const status of [400, 403, 404, 405, 413, 501])
  t.test(`a ${status} is not retried`, async (t) => {
    const fake = await fakeCloud(t, { answer: () => ({ status }) })
    t.match((await failureOf(connect(t, fake).call(read))).failure, { status, retry: "no" })
    t.equal(fake.calls.length, 1)
  })

t.test("a call whose time budget is spent fails with its last error", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({ status: 503, body: "down" }) })
  const error = await failureOf(connect(t, fake, {}, { failureBudgetMs: 30 }).call(read))
  t.match(error.failure, { status: 503, cloudMessage: "down", retry: "later" })
  t.ok(fake.calls.length > 1)
})

t.test("a rate limited call is retried for a time, whatever the number of tries", async (t) => {
  const fake = await fakeCloud(t, {
    answer: (_, { calls }) => ({ status: calls.length < 200 ? 429 : 200 }),
  })
  await connect(t, fake, {}, { rateLimitBackoff: { firstMs: 0, maxMs: 0 } }).call(create)
  t.equal(fake.calls.length, 200)
})

t.test("a pause that is longer than a call may wait is in its error", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({ status: 429, headers: { "retry-after": "90" } }) })
  const cloud = connect(t, fake)
  t.equal((await failureOf(cloud.call(create))).failure.pauseMs, 90_000)
  const { pauseMs = 0 } = (await failureOf(cloud.call(create))).failure
  t.ok(pauseMs > 0 && pauseMs <= 90_000, "and in that of the next call")
  t.equal(fake.calls.length, 1)
})

t.test("a drained caller starts no call, and its call in flight ends normally", async (t) => {
  const answer = Promise.withResolvers<{ body: object }>()
  const fake = await fakeCloud(t, { answer: () => answer.promise })
  const draining = new AbortController()
  const cloud = withCallOptions(connect(t, fake, { inFlight: 1 }), { drain: draining.signal })
  const inFlight = cloud.call<object>(create)
  const waiting = failureOf(cloud.call(create))
  while (fake.calls.length === 0) await new Promise((later) => setImmediate(later))
  draining.abort(new Error("the worker stops"))
  t.match((await waiting).failure, { cloudMessage: /the worker stops/, retry: "later", uncertain: false })
  answer.resolve({ body: { made: true } })
  t.strictSame(await inFlight, { made: true })
  t.equal(fake.calls.length, 1)
})

t.test("delays after failures are spread over a span that doubles up to its maximum", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 20 }), (firstMs, tries) => {
      const span = Math.min(10_000, firstMs * 2 ** tries)
      const waits = Array.from({ length: 200 }, () => backoffMs({ firstMs, maxMs: 10_000 }, tries))
      return (
        waits.every((ms) => ms >= 0 && ms < span) &&
        waits.some((ms) => ms < span / 4) &&
        waits.some((ms) => ms > (span * 3) / 4)
      )
    }),
  )
  t.end()
})

t.test("each create uses a new socket, so that none is lost to a server that closes idle ones", async (t) => {
  const fake = await fakeCloud(t, { answer: () => ({}) })
  const cloud = connect(t, fake)
  for (let i = 0; i < 5; i += 1) await cloud.call(create)
  t.same(new Set(fake.calls.map((call) => call.headers.connection)), new Set(["close"]))
})

function inTurn(...answers: readonly Answering[]) {
  let next = 0
  return () => answers[Math.min(next++, answers.length - 1)] ?? {}
}

function nameOf(fault: Answering): string {
  return typeof fault === "string" ? `a ${fault}` : `a ${fault.status}`
}
