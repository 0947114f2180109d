import fastifyRateLimit, { normalizeIP } from "@fastify/rate-limit"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { apiErrors } from "../src/api-error.ts"

/** Value of the option `rateLimit`: how many requests a user may send. */
export interface RateLimit {
  /**
   * POST, PUT, PATCH and DELETE requests per window. Failed authentications of an address have the same limit.
   * @default 600
   */
  readonly writes?: number
  /**
   * GET, HEAD and OPTIONS requests per window. A client that polls sends about one request a second for each
   * migration.
   * @default no limit
   */
  readonly reads?: number
  /** Length of a window in milliseconds. @default 60_000 */
  readonly windowMs?: number
}

const defaultLimits = { writes: 600, reads: Number.POSITIVE_INFINITY, windowMs: 60_000 } as const

/**
 * Counts a request. It runs after the authentication, whether that succeeded or failed.
 * @throws ApiError 429
 */
export type Throttle = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

const isRead = (method: string) => ["GET", "HEAD", "OPTIONS"].includes(method)

/**
 * Counts requests by user, whatever the address, and unauthenticated ones by address, so that tokens cannot be
 * guessed without limit. An event stream counts as one request.
 */
export async function limitRequests(scope: FastifyInstance, limit: RateLimit | false): Promise<Throttle> {
  if (limit === false) return async () => undefined
  const { writes, reads, windowMs } = { ...defaultLimits, ...limit }
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
    // All unauthenticated requests are refused, so reads and writes count alike.
    refusal: counter("refusals", writes),
  }
  return async (request, reply) => {
    const authenticated = request.replicationUser !== null
    const check = authenticated ? count[isRead(request.method) ? "read" : "write"] : count.refusal
    const result = await check?.(request)
    if (result === undefined || result.isAllowed || !result.isExceeded) return
    reply.header("Retry-After", result.ttlInSeconds)
    throw apiErrors.throttled(result.ttlInSeconds)
  }
}

/** Sets the body limit of every route in the scope. */
export function limitBodies(scope: FastifyInstance, bodyLimit: number): void {
  scope.addHook("onRoute", (route) => {
    route.bodyLimit ??= bodyLimit
  })
}
