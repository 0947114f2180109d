import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { uuid } from "../ids.ts"
import type { CloudStats, Fault, RequestHook } from "../options.ts"
import { gateway, tooManyRequests } from "./gateway.ts"

export interface Traffic {
  latencyMs: number
  hook: RequestHook | undefined
  limit(requestsPerSecond: number | undefined): void
  stats(): CloudStats
  reset(): void
}

interface Endpoint {
  readonly service: string
  /** Path without the service's prefix: without version, project and query. */
  readonly path: string
}

const prefixes = [
  ["identity", /^\/identity\/v3/],
  ["network", /^\/network(\/v2\.0)?/],
  ["compute", /^\/compute\/v2\.1/],
  ["image", /^\/image(\/v2)?/],
  ["volume", /^\/volume\/v3(\/[0-9a-f]{32})?/],
] as const

function endpointOf(url: string): Endpoint {
  const [path = ""] = url.split("?")
  for (const [service, prefix] of prefixes)
    if (prefix.test(path)) return { service, path: path.replace(prefix, "").replace(/^\/|\/$/g, "") }
  return { service: "none", path: path.replace(/^\//, "") }
}

const ids = /\b([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g

const callKey = (method: string, { service, path }: Endpoint): string =>
  `${method} ${service}/${path.replaceAll(ids, "{id}")}`

const dropped = new WeakSet<FastifyRequest>()

function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  request.raw.socket.destroy()
}

const none = { calls: 0, writes: 0, signIns: 0, throttled: 0 }

class Counters {
  #counts = { ...none }
  readonly #byCall = new Map<string, number>()

  throttled(): void {
    this.#counts.calls += 1
    this.#counts.throttled += 1
  }

  admitted(method: string, key: string): void {
    this.#counts.calls += 1
    if (key === "POST identity/auth/tokens") this.#counts.signIns += 1
    else if (method !== "GET" && method !== "HEAD") this.#counts.writes += 1
    this.#byCall.set(key, (this.#byCall.get(key) ?? 0) + 1)
  }

  stats(): CloudStats {
    return { ...this.#counts, byCall: Object.fromEntries(this.#byCall) }
  }

  reset(): void {
    this.#counts = { ...none }
    this.#byCall.clear()
  }
}

/** Runs before all services: limits the rate, counts, delays, and applies the faults that a test's hook returns. */
export function watchTraffic(app: FastifyInstance, latencyMs: number, requestsPerSecond?: number): Traffic {
  const counters = new Counters()
  let admit = gateway(requestsPerSecond)
  const traffic: Traffic = {
    latencyMs,
    hook: undefined,
    limit: (rate) => {
      admit = gateway(rate)
    },
    stats: () => counters.stats(),
    reset: () => counters.reset(),
  }
  // The gateway decides before everything else, and only by the time.
  app.addHook("onRequest", async (_, reply) => {
    if (admit(performance.now())) return
    counters.throttled()
    await reply.code(429).type("text/html").send(tooManyRequests)
  })
  app.addHook("preHandler", async (request, reply) => {
    const endpoint = endpointOf(request.url)
    counters.admitted(request.method, callKey(request.method, endpoint))
    reply.header("x-openstack-request-id", `req-${uuid()}`)
    if (traffic.latencyMs > 0) await sleep(traffic.latencyMs)
    const fault = await traffic.hook?.({
      ...endpoint,
      method: request.method,
      body: request.body,
      token: String(request.headers["x-auth-token"] ?? ""),
    })
    if (fault) await applyFault(fault, request, reply)
  })
  app.addHook("onSend", async (request) => {
    if (dropped.has(request)) request.raw.socket.destroy()
  })
  return traffic
}

async function applyFault(fault: Fault, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (fault === "drop-before") cut(request, reply)
  else if (fault === "drop-after") dropped.add(request)
  else
    await reply
      .code(fault.status)
      .headers({ ...fault.headers })
      .send(fault.body)
}
