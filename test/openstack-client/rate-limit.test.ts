import t from "tap"
import { PauseTooLong } from "../../src/openstack/limiter/limiter.ts"
import { LocalLimiter } from "../../src/openstack/limiter/local-limiter.ts"
import { withCallOptions } from "../../src/openstack/session/call-options.ts"
import { connect, failureOf, fakeCloud } from "./fake-cloud.ts"

const read = { service: "network", method: "GET", path: "/networks" } as const
const create = { service: "network", method: "POST", path: "/networks", body: {} } as const
const calm = {
  maxPauseMs: 1_000,
  urgent: false,
  isRetry: false,
  fairnessKey: "",
  signal: new AbortController().signal,
}
const ROUNDING_MS = 2 // of timers and clocks

t.test("no more calls are in flight than the limit allows", async (t) => {
  const fake = await fakeCloud(t, {
    answer: () => new Promise((later) => setTimeout(later, 5, { body: {} })),
  })
  const cloud = connect(t, fake, { inFlight: 3 })
  await Promise.all(Array.from({ length: 30 }, () => cloud.call(read)))
  t.equal(fake.calls.length, 30)
  t.equal(fake.busiest(), 3)
})

t.test("calls start in the order in which they were made", async (t) => {
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

for (const [rate, max, windowMs] of [
  [20, 20, 1_000],
  [2.5, 2, 800],
] as const)
  t.test(`at ${rate} a second, ${windowMs} ms hold no more than ${max} starts`, async (t) => {
    const limiter = new LocalLimiter(100, rate)
    const began = performance.now()
    for (let i = 0; i < max; i += 1) (await limiter.acquire(calm))()
    const next = await limiter.acquire(calm)
    t.ok(performance.now() - began >= windowMs - ROUNDING_MS)
    next()
  })

t.test("an urgent call is granted first", async (t) => {
  const limiter = new LocalLimiter(1, 10_000)
  const order: string[] = []
  const release = await limiter.acquire(calm)
  const waiting = [false, true].map(async (urgent) => {
    const done = await limiter.acquire({ ...calm, urgent })
    order.push(urgent ? "urgent" : "calm")
    done()
  })
  release()
  await Promise.all(waiting)
  t.same(order, ["urgent", "calm"])
})

t.test("fairness keys take turns, however many calls each has in the queue", async (t) => {
  const limiter = new LocalLimiter(1, 10_000)
  const order: string[] = []
  const release = await limiter.acquire(calm)
  const waiting = ["large", "large", "large", "large", "small", "small", "third"].map(async (fairnessKey) => {
    const done = await limiter.acquire({ ...calm, fairnessKey })
    order.push(fairnessKey)
    done()
  })
  release()
  await Promise.all(waiting)
  t.same(order, ["large", "small", "third", "large", "small", "large", "large"])
})

t.test(
  "a retry is granted before the new calls of its fairness key, and not before other keys",
  async (t) => {
    const limiter = new LocalLimiter(1, 10_000)
    const order: string[] = []
    const release = await limiter.acquire(calm)
    const calls = [
      { fairnessKey: "a", isRetry: false },
      { fairnessKey: "b", isRetry: false },
      { fairnessKey: "b", isRetry: true },
    ]
    const waiting = calls.map(async (call) => {
      const done = await limiter.acquire({ ...calm, ...call })
      order.push(`${call.fairnessKey}${call.isRetry ? " retry" : ""}`)
      done()
    })
    release()
    await Promise.all(waiting)
    t.same(order, ["a", "b retry", "b"])
  },
)

t.test("call options apply to every call: fairness key and signal", async (t) => {
  const fake = await fakeCloud(t)
  const cloud = connect(t, fake, { inFlight: 1 })
  await cloud.whoami()
  const stopping = new AbortController()
  const large = withCallOptions(cloud, { fairnessKey: "large", signal: stopping.signal })
  const small = withCallOptions(cloud, { fairnessKey: "small" })
  const calls = [
    ...Array.from({ length: 4 }, (_, i) => large.call({ ...read, path: `/large/${i}` })),
    small.call({ ...read, path: "/small" }),
  ]
  await Promise.all(calls)
  t.same(
    fake.calls.map(({ path }) => path.replace("/network/v2.0", "")),
    ["/large/0", "/large/1", "/small", "/large/2", "/large/3"],
    "the second large call was next when the small one came",
  )
  stopping.abort(new Error("cancelled"))
  t.match((await failureOf(large.call(read))).failure, { cloudMessage: "aborted: cancelled", retry: "later" })
  await small.call(read)
})

t.test("a call that is aborted while it waits leaves the queue", async (t) => {
  const limiter = new LocalLimiter(1, 10_000)
  const stopping = new AbortController()
  const release = await limiter.acquire(calm)
  const aborted = limiter.acquire({ ...calm, signal: stopping.signal })
  const next = limiter.acquire(calm)
  stopping.abort(new Error("cancelled"))
  await t.rejects(aborted, { message: "cancelled" })
  release()
  release() // a second release does nothing
  ;(await next)()
})

t.test("a pause that is longer than a call may wait refuses the call at once", async (t) => {
  const limiter = new LocalLimiter(1, 10_000)
  const release = await limiter.acquire(calm)
  const queued = limiter.acquire(calm)
  limiter.pause(60_000)
  await t.rejects(queued, PauseTooLong)
  await t.rejects(limiter.acquire(calm), PauseTooLong)
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
  t.test(`${title} pauses every call of that cloud, and a POST is retried`, async (t) => {
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

t.test("Retry-After may be a date and x-ratelimit-reset a time, both by the cloud's clock", async (t) => {
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
    t.match(next.message, /the cloud requested a pause, which lasts [56]\d s longer/)
    t.match(next.failure, { status: 0, retry: "later", uncertain: false })
    t.equal(fake.calls.length, 1)
  }
})

t.test("a 429 without a delay is retried with growing delays", async (t) => {
  const fake = await fakeCloud(t, { answer: (_, { calls }) => ({ status: calls.length < 5 ? 429 : 200 }) })
  await connect(t, fake).call(create)
  t.equal(fake.calls.length, 5)
})

t.test("Cinder's 413 for a quota is a refusal, not a rate limit", async (t) => {
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

t.test("sign-ins are rate limited too", async (t) => {
  const fake = await fakeCloud(t, {
    signIn: (count) => (count === 1 ? { status: 429, headers: { "retry-after": "0.1" } } : undefined),
  })
  await connect(t, fake).call(read)
  const [first, second] = fake.signIns
  t.ok((second?.at ?? 0) - (first?.at ?? 0) >= 100 - ROUNDING_MS)
})
