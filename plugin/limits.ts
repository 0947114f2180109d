import fastifyRateLimit, { normalizeIP } from "@fastify/rate-limit"
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from "fastify"
import { apiErrors } from "../src/api-error.ts"
import { throttled, tooLarge } from "./schemas/errors.ts"

/** How many requests are taken: the option `rateLimit`. */
export interface RateLimit {
  /** POST, PUT, PATCH and DELETE within a window; refused sign-ins of an address as well. @default 600 */
  readonly writes?: number
  /**
   * GET, HEAD and OPTIONS within a window. A client that waits for a migration asks every second or so, for each one.
   * @default no limit
   */
  readonly reads?: number
  /** Length of a window, in milliseconds. @default 60_000 */
  readonly windowMs?: number
}

/** Defaults of the option `rateLimit`. */
const usual = { writes: 600, reads: Number.POSITIVE_INFINITY, windowMs: 60_000 } as const

/**
 * Asked once who asks is known, or that nobody is signed in.
 * @throws ApiError 429
 */
export type Throttle = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

const isRead = (method: string) => ["GET", "HEAD", "OPTIONS"].includes(method)

/**
 * Counts requests: of a user over all addresses, of an address where nobody is signed in, so that tokens cannot be
 * tried out at will. A stream of events is one request, however long it lasts.
 */
export async function limitRequests(scope: FastifyInstance, limit: RateLimit | false): Promise<Throttle> {
  if (limit === false) return async () => undefined
  const { writes, reads, windowMs } = { ...usual, ...limit }
  await scope.register(fastifyRateLimit, { global: false })
  const counter = (of: string, max: number) =>
    scope.createRateLimit({
      max,
      timeWindow: windowMs,
      keyGenerator: ({ replicationUser: user, ip }) =>
        user === null ? `${of} from ${normalizeIP(ip)}` : `${of} of ${user.id}`,
    })
  const count = {
    write: counter("writes", writes),
    read: Number.isFinite(reads) ? counter("reads", reads) : undefined,
    // Whoever is not signed in gets nothing but the refusal, so reads and writes are the same.
    refusal: counter("refusals", writes),
  }
  return async (request, reply) => {
    const signedIn = request.replicationUser !== null
    const counted = signedIn ? count[isRead(request.method) ? "read" : "write"] : count.refusal
    const found = await counted?.(request)
    if (found === undefined || found.isAllowed || !found.isExceeded) return
    reply.header("Retry-After", found.ttlInSeconds)
    throw apiErrors.throttled(found.ttlInSeconds)
  }
}

/** Gives every route of the scope its limit of bodies, and tells of both limits in its documentation. */
export function limitBodies(scope: FastifyInstance, bodyLimit: number): void {
  scope.addHook("onRoute", (route) => {
    route.bodyLimit ??= bodyLimit
    route.schema = withRefusals(route)
  })
}

function withRefusals({ method, schema = {} }: RouteOptions): FastifySchema {
  if ("hide" in schema || isRead(String(method))) return schema
  const refusals = { ...(schema.body !== undefined && { 413: tooLarge }), 429: throttled }
  return { ...schema, response: { ...(schema.response as object | undefined), ...refusals } }
}
