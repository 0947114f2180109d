import type { FastifyInstance } from "fastify"

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
const requestHeaders = "Accept, Accept-Language, Authorization, Content-Type, X-Impersonated-User-Uuid"
/** Headers of responses that a front end reads. */
const responseHeaders = "Link, X-Result-Count, X-Error-Code, Retry-After"
const maxAgeSeconds = 600

/** Lets pages of the given origins, e.g. a front end on another port, call the API. Credentials go in a header, not in cookies. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const allowed = new Set(origins)
  app.addHook("onRequest", async (request, reply) => {
    reply.header("Vary", "Origin")
    const { origin } = request.headers
    if (origin === undefined || !allowed.has(origin)) return
    reply.header("Access-Control-Allow-Origin", origin)
    reply.header("Access-Control-Expose-Headers", responseHeaders)
    const preflight = request.method === "OPTIONS" && "access-control-request-method" in request.headers
    if (!preflight) return
    reply.header("Access-Control-Allow-Methods", methods)
    reply.header("Access-Control-Allow-Headers", requestHeaders)
    reply.header("Access-Control-Max-Age", maxAgeSeconds)
    await reply.code(204).send()
  })
}
