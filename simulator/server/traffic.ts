import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { uuid } from "../ids.ts"
import type { CloudStats, RequestHook } from "../options.ts"
import { gateway, tooManyRequests } from "./gateway.ts"

export interface Traffic {
  latencyMs: number
  hook: RequestHook | undefined
  limit(requestsPerSecond: number | undefined): void
  stats(): CloudStats
  reset(): void
}

interface Place {
  readonly service: string
  /** Below the service's own prefix: no version, no project, no query. */
  readonly path: string
}

const prefixes = [
  ["identity", /^\/identity\/v3/],
  ["network", /^\/network(\/v2\.0)?/],
  ["compute", /^\/compute\/v2\.1/],
  ["volume", /^\/volume\/v3(\/[0-9a-f]{32})?/],
] as const

function placeOf(url: string): Place {
  const [path = ""] = url.split("?")
  for (const [service, prefix] of prefixes)
    if (prefix.test(path)) return { service, path: path.replace(prefix, "").replace(/^\/|\/$/g, "") }
  return { service: "none", path: path.replace(/^\//, "") }
}

const ids = /\b([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g

const callKey = (method: string, { service, path }: Place): string =>
  `${method} ${service}/${path.replaceAll(ids, "{id}")}`

const dropped = new WeakSet<FastifyRequest>()

function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  request.raw.socket.destroy()
}

/** Stands before all services: counts, delays, and lets a test's hook refuse a call or lose its answer. */
export function watchTraffic(app: FastifyInstance, latencyMs: number, requestsPerSecond?: number): Traffic {
  const none = { calls: 0, writes: 0, signIns: 0, throttled: 0 }
  const counts = { ...none }
  const byCall = new Map<string, number>()
  let admit = gateway(requestsPerSecond)
  const traffic: Traffic = {
    latencyMs,
    hook: undefined,
    limit: (rate) => {
      admit = gateway(rate)
    },
    stats: () => ({ ...counts, byCall: Object.fromEntries(byCall) }),
    reset: () => {
      Object.assign(counts, none)
      byCall.clear()
    },
  }

  /** In front of everything else, and it looks at nothing but the time. */
  app.addHook("onRequest", async (_, reply) => {
    if (admit(performance.now())) return
    counts.calls++
    counts.throttled++
    await reply.code(429).type("text/html").send(tooManyRequests)
  })

  const count = (method: string, key: string): void => {
    counts.calls++
    if (key === "POST identity/auth/tokens") counts.signIns++
    else if (method !== "GET" && method !== "HEAD") counts.writes++
    byCall.set(key, (byCall.get(key) ?? 0) + 1)
  }

  app.addHook("preHandler", async (request, reply) => {
    const place = placeOf(request.url)
    count(request.method, callKey(request.method, place))
    reply.header("x-openstack-request-id", `req-${uuid()}`)
    if (traffic.latencyMs > 0) await sleep(traffic.latencyMs)
    const fault = await traffic.hook?.({
      ...place,
      method: request.method,
      body: request.body,
      token: String(request.headers["x-auth-token"] ?? ""),
    })
    if (!fault) return
    if (fault === "drop-before") {
      cut(request, reply)
      return
    }
    if (fault === "drop-after") {
      dropped.add(request)
      return
    }
    await reply
      .code(fault.status)
      .headers({ ...fault.headers })
      .send(fault.body)
  })
  app.addHook("onSend", async (request) => {
    if (dropped.has(request)) request.raw.socket.destroy()
  })
  return traffic
}
