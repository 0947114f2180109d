import t from "tap"
import { PauseTooLong } from "../../src/openstack/limiter/limiter.ts"
import { Pace } from "../../src/openstack/limiter/local-limiter.ts"
import { calledBy } from "../../src/openstack/session/call-options.ts"
import { connect, failureOf, fakeCloud } from "./fake-cloud.ts"

const read = { service: "network", method: "GET", path: "/networks" } as const
const create = { service: "network", method: "POST", path: "/networks", body: {} } as const
const calm = {
  patienceMs: 1_000,
  urgent: false,
  again: false,
  flow: "",
  signal: new AbortController().signal,
}
const ROUNDING_MS = 2 // of timers and clocks

t.test("no more calls are under way at a time than allowed", async (t) => {
  const fake = await fakeCloud(t, {
    answer: () => new Promise((later) => setTimeout(later, 5, { body: {} })),
  })
  const cloud = connect(t, fake, { inFlight: 3 })
  await Promise.all(Array.from({ length: 30 }, () => cloud.call(read)))
  t.equal(fake.calls.length, 30)
  t.equal(fake.busiest(), 3)
})

t.test("calls start in the order asked", async (t) => {
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake, { inFlight: 1 })
  await cloud.whoami()
  const paths = Array.from({ length: 20 }, (_, i) => `/networks/${i}`)
  await Promise.all(paths.map((path) => cloud.call({ ...read, path })))
  t.same(
    fake.calls.map((call) => call.path),
    paths.map((path) => `/network/v2.0${path}`),
  )
})

for (const [rate, most, windowMs] of [
  [20, 20, 1_000],
  [2.5, 2, 800],
] as const)
  t.test(`at ${rate} a second, ${windowMs} ms hold no more than ${most} starts`, async (t) => {
    const pace = new Pace(100, rate)
    const asked = performance.now()
    for (let i = 0; i < most; i += 1) (await pace.acquire(calm))()
    const next = await pace.acquire(calm)
    t.ok(performance.now() - asked >= windowMs - ROUNDING_MS)
    next()
  })

t.test("a call that is urgent goes first", async (t) => {
  const pace = new Pace(1, 10_000)
  const order: string[] = []
  const release = await pace.acquire(calm)
  const turns = [false, true].map(async (urgent) => {
    const done = await pace.acquire({ ...calm, urgent })
    order.push(urgent ? "urgent" : "calm")
    done()
  })
  release()
  await Promise.all(turns)
  t.same(order, ["urgent", "calm"])
})

t.test("flows take turns, however many calls each has in the queue", async (t) => {
  const pace = new Pace(1, 10_000)
  const order: string[] = []
  const release = await pace.acquire(calm)
  const turns = ["large", "large", "large", "large", "small", "small", "third"].map(async (flow) => {
    const done = await pace.acquire({ ...calm, flow })
    order.push(flow)
    done()
  })
  release()
  await Promise.all(turns)
  t.same(order, ["large", "small", "third", "large", "small", "large", "large"])
})

t.test("a further try goes before the new calls of its flow, and before no other flow", async (t) => {
  const pace = new Pace(1, 10_000)
  const order: string[] = []
  const release = await pace.acquire(calm)
  const asked = [
    { flow: "a", again: false },
    { flow: "b", again: false },
    { flow: "b", again: true },
  ]
  const turns = asked.map(async (entry) => {
    const done = await pace.acquire({ ...calm, ...entry })
    order.push(`${entry.flow}${entry.again ? " again" : ""}`)
    done()
  })
  release()
  await Promise.all(turns)
  t.same(order, ["a", "b again", "b"])
})

t.test("the calls of one caller share its flow and its end", async (t) => {
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake, { inFlight: 1 })
  await cloud.whoami()
  const stopping = new AbortController()
  const large = calledBy(cloud, { flow: "large", signal: stopping.signal })
  const small = calledBy(cloud, { flow: "small" })
  const calls = [
    ...Array.from({ length: 4 }, (_, i) => large.call({ ...read, path: `/large/${i}` })),
    small.call({ ...read, path: "/small" }),
  ]
  await Promise.all(calls)
  t.same(
    fake.calls.map(({ path }) => path.replace("/network/v2.0", "")),
    ["/large/0", "/large/1", "/small", "/large/2", "/large/3"],
    "the second of the large one was the next when the small one came",
  )
  stopping.abort(new Error("enough"))
  t.match((await failureOf(large.call(read))).failure, { cloudMessage: "stopped: enough", retry: "later" })
  await small.call(read)
})

t.test("a call that was stopped in the queue gives its place up", async (t) => {
  const pace = new Pace(1, 10_000)
  const stopping = new AbortController()
  const release = await pace.acquire(calm)
  const stopped = pace.acquire({ ...calm, signal: stopping.signal })
  const next = pace.acquire(calm)
  stopping.abort(new Error("enough"))
  await t.rejects(stopped, { message: "enough" })
  release()
  release() // a second time changes nothing
  ;(await next)()
})

t.test("a pause that is longer than a call's patience refuses the call at once", async (t) => {
  const pace = new Pace(1, 10_000)
  const release = await pace.acquire(calm)
  const queued = pace.acquire(calm)
  pace.pause(60_000)
  await t.rejects(queued, PauseTooLong)
  await t.rejects(pace.acquire(calm), PauseTooLong)
  release()
})

const overLimit = { overLimit: { code: 413, message: "This request was rate-limited.", retryAfter: "0.2" } }
for (const [title, status, headers, body] of [
  ["a 429 with Retry-After", 429, { "retry-after": "0.2" }, ""],
  ["a 429 with x-ratelimit-reset", 429, { "x-ratelimit-reset": "0.2" }, ""],
  ["a 498 with Retry-After", 498, { "retry-after": "0.2" }, ""],
  ["a 503 with Retry-After", 503, { "retry-after": "0.2" }, ""],
  ["a 413 with overLimit", 413, {}, overLimit],
] as const)
  t.test(`${title} pauses every call of that cloud, and a POST is sent again`, async (t) => {
    let refusedAt = 0
    const fake = await fakeCloud(t, {
      answer: () => {
        if (refusedAt > 0) return {}
        refusedAt = performance.now()
        return { status, headers, body }
      },
    })
    const cloud = connect(t, fake, { inFlight: 1 })
    await Promise.all([cloud.call(create), cloud.call(read), cloud.call(read)])
    t.equal(fake.calls.length, 4)
    for (const call of fake.calls.slice(1)) t.ok(call.at - refusedAt >= 200 - ROUNDING_MS)
  })

t.test("Retry-After may be a date, and x-ratelimit-reset a time; both by the cloud's clock", async (t) => {
  const then = Date.parse("2002-01-01T00:00:00Z")
  const date = new Date(then).toUTCString()
  for (const headers of [
    { date, "retry-after": new Date(then + 60_000).toUTCString() },
    { date, "x-ratelimit-reset": String(then / 1_000 + 60) },
  ]) {
    const fake = await fakeCloud(t, { answer: () => ({ status: 429, headers, body: "slow down" }) })
    const cloud = connect(t, fake)
    t.match((await failureOf(cloud.call(read))).failure, { status: 429, retry: "later", uncertain: false })
    const next = await failureOf(cloud.call(read))
    t.match(next.message, /the cloud asked for a pause, which lasts [56]\d s more/)
    t.match(next.failure, { status: 0, retry: "later", uncertain: false })
    t.equal(fake.calls.length, 1)
  }
})

t.test("a 429 that names no wait is waited out with growing waits", async (t) => {
  const fake = await fakeCloud(t, { answer: (_, { calls }) => ({ status: calls.length < 5 ? 429 : 200 }) })
  await connect(t, fake).call(create)
  t.equal(fake.calls.length, 5)
})

t.test("Cinder's 413 for a quota is a refusal, not a wish to slow down", async (t) => {
  const message =
    "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes_ssd quota."
  const fake = await fakeCloud(t, {
    answer: () => ({
      status: 413,
      headers: { "retry-after": "0" },
      body: { overLimit: { code: 413, message, retryAfter: "0" } },
    }),
  })
  const error = await failureOf(connect(t, fake).call({ ...create, service: "volume", path: "/volumes" }))
  t.match(error.failure, { status: 413, type: "overLimit", cloudMessage: message, retry: "no" })
  t.equal(fake.calls.length, 1)
})

t.test("sign-ins count too", async (t) => {
  const fake = await fakeCloud(t, {
    signIn: (count) => (count === 1 ? { status: 429, headers: { "retry-after": "0.1" } } : undefined),
  })
  await connect(t, fake).call(read)
  const [first, second] = fake.signIns
  t.ok((second?.at ?? 0) - (first?.at ?? 0) >= 100 - ROUNDING_MS)
})
