import { setTimeout as sleep } from "node:timers/promises"
import fastifyRateLimit from "@fastify/rate-limit"
import fastify from "fastify"
import t from "tap"
import openstackReplication, { type Access, type ReplicationOptions } from "../../plugin/index.ts"
import { withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"

/** Authenticates every user by the id in the header; no user sees anything. */
const access: Partial<Access> = {
  async authenticate({ authorization = "" }) {
    const id = Number(authorization.replace("Token ", ""))
    if (!(id > 0)) throw Object.assign(new Error("Send Authorization: Token <id>."), { statusCode: 401 })
    return { id, isStaff: false, isSupport: false }
  },
}

/** Runs a host behind a proxy, with a function that sends it a request. */
function withHost(
  options: Partial<ReplicationOptions>,
  run: (send: (sent?: Sent) => ReturnType<typeof ask>) => Promise<void>,
  { limited = false } = {},
): Promise<void> {
  return withDatabase(async ({ pool }) => {
    const app = fastify({ forceCloseConnections: true, trustProxy: true })
    if (limited) await app.register(fastifyRateLimit, { max: 1_000 })
    await app.register(openstackReplication, { pool, worker: false, access, ...options })
    const site = await app.listen({ host: "127.0.0.1", port: 0 })
    try {
      await run(({ user = 1, from = "192.0.2.1", path = "preview/", method = "POST", raw = "{}" } = {}) =>
        ask(`${site}/api/openstack-migrations/${path}`, {
          method,
          token: String(user),
          headers: { "x-forwarded-for": from },
          ...(method === "POST" && { raw }),
        }),
      )
    } finally {
      await app.close()
    }
  })
}

interface Sent {
  readonly user?: number
  readonly from?: string
  readonly path?: string
  readonly method?: string
  readonly raw?: string
}

t.test(
  "a user beyond the limit gets 429 with the time to wait, in the words that Waldur's clients parse",
  (t) =>
    withHost({ rateLimit: { writes: 2 } }, async (send) => {
      t.equal((await send()).status, 400)
      t.equal((await send({ from: "192.0.2.2" })).status, 400)
      const refused = await send({ from: "192.0.2.3" })
      t.equal(refused.status, 429, "from any address")
      const seconds = Number(refused.headers.get("retry-after"))
      t.ok(seconds > 0 && seconds <= 60)
      t.strictSame(refused.body, {
        detail: `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? "" : "s"}.`,
      })
      t.equal((await send({ method: "DELETE", path: "00000000000000000000000000000001/" })).status, 429)
      t.equal((await send({ user: 2 })).status, 400, "other users are not limited")
      t.equal((await send({ method: "GET", path: "" })).status, 200, "and reads are not counted")
    }),
)

t.test("after the time to wait, requests are accepted again", (t) =>
  withHost({ rateLimit: { writes: 1, windowMs: 1_000 } }, async (send) => {
    t.equal((await send()).status, 400)
    let answer = await send()
    t.equal(answer.status, 429)
    for (let waits = 0; waits < 5 && answer.status === 429; waits += 1) {
      t.equal(answer.headers.get("retry-after"), "1")
      t.match(answer.body, { detail: /in 1 second\.$/ })
      await sleep(1_000)
      answer = await send()
    }
    t.equal(answer.status, 400)
  }),
)

t.test("reads have a limit of their own where the host sets it", (t) =>
  withHost({ rateLimit: { reads: 1 } }, async (send) => {
    const read = { method: "GET", path: "" }
    t.strictSame([(await send(read)).status, (await send(read)).status], [200, 429])
    t.equal((await send()).status, 400)
  }),
)

t.test("failed authentications are limited by address, and users of that address are not", (t) =>
  withHost({ rateLimit: { writes: 2 } }, async (send) => {
    const attempt = (from: string) => send({ user: -1, from, method: "GET", path: "" })
    t.strictSame([(await attempt("192.0.2.9")).status, (await attempt("192.0.2.9")).status], [401, 401])
    t.equal((await attempt("192.0.2.9")).status, 429)
    t.equal((await attempt("192.0.2.10")).status, 401, "other addresses are not limited")
    t.equal((await send({ from: "192.0.2.9" })).status, 400)
    for (const end of ["1", "2", "3"]) await attempt(`2001:db8:0:1::${end}`)
    t.equal((await attempt("2001:db8:0:1::4")).status, 429, "a /64 of IPv6 counts as one address")
  }),
)

t.test("a host may switch the limit off", (t) =>
  withHost({ rateLimit: false }, async (send) => {
    const statuses = await Promise.all(Array.from({ length: 700 }, () => send().then(({ status }) => status)))
    t.strictSame([...new Set(statuses)], [400])
  }),
)

t.test("by default, a user may send 600 writes per minute", (t) =>
  withHost({}, async (send) => {
    const statuses = await Promise.all(Array.from({ length: 700 }, () => send().then(({ status }) => status)))
    t.equal(statuses.filter((status) => status === 400).length, 600)
    t.equal(statuses.filter((status) => status === 429).length, 100)
  }),
)

t.test("a host that limits requests with the same library can mount the plugin", (t) =>
  withHost(
    { rateLimit: { writes: 1 } },
    async (send) => {
      t.strictSame(
        [(await send()).status, (await send()).status, (await send({ user: 2 })).status],
        [400, 429, 400],
      )
    },
    { limited: true },
  ),
)

t.test("a body above the limit is refused: 1 MiB, or what the host sets", async (t) => {
  const body = (bytes: number) => JSON.stringify({ name: "x".repeat(bytes - 11) })
  for (const [options, limit] of [
    [{}, 1_048_576],
    [{ bodyLimit: 1_000 }, 1_000],
  ] as const)
    await withHost(options, async (send) => {
      t.equal((await send({ raw: body(limit) })).status, 400)
      const refused = await send({ raw: body(limit + 1) })
      t.match(refused, { status: 413, body: { detail: "The body is too large." } })
    })
})
