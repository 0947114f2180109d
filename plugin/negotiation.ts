import type { FastifyInstance, FastifyRequest } from "fastify"
import Negotiator from "negotiator"
import { apiErrors } from "../src/api-error.ts"

const mediaTypes = { json: "application/json", markdown: "text/markdown", html: "text/html" } as const

/** Format of a response whose route is `negotiated`. */
export type Format = keyof typeof mediaTypes

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether the route responds in each `Format`. Other routes respond in JSON only. */
    readonly negotiated?: boolean
  }
}

/** Short names of formats, as in `?format=md`. */
const aliases: Readonly<Record<string, Format>> = { md: "markdown" }

/** Returns the format that the query requests, or else the one that `Accept` prefers. @throws ApiError 404, 406 */
export function formatOf(request: FastifyRequest): Format {
  const requested = new URL(request.url, "http://host").searchParams.get("format")
  if (requested !== null) {
    const name = Object.hasOwn(aliases, requested) ? aliases[requested] : requested
    if (name === undefined || !Object.hasOwn(mediaTypes, name)) throw apiErrors.notFound("Not found.")
    return name as Format
  }
  const preferred = new Negotiator(request.raw).mediaType(Object.values(mediaTypes))
  const format = Object.entries(mediaTypes).find(([, type]) => type === preferred)?.[0]
  if (format === undefined) throw apiErrors.notAcceptable()
  return format as Format
}

/** Checks that the client accepts a format of the route. @throws ApiError 404, 406 */
export function checkAccept(request: FastifyRequest): void {
  if (request.routeOptions.config.negotiated) {
    formatOf(request)
    return
  }
  const format = new URL(request.url, "http://host").searchParams.get("format")
  if (format !== null && format !== "json") throw apiErrors.notFound("Not found.")
  const accept = request.headers.accept ?? "*/*"
  const types = accept.split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "")
  const isAccepted = types.some((type) =>
    ["*/*", "application/*", "application/json", "text/event-stream"].includes(type),
  )
  if (!isAccepted) throw apiErrors.notAcceptable()
}

/** Sends JSON as Waldur does: without a charset, which JSON does not have and Fastify adds. */
export function sendPlainJson(scope: FastifyInstance): void {
  scope.addHook("onSend", async (_, reply) => {
    if (reply.getHeader("content-type") === "application/json; charset=utf-8") {
      reply.header("Content-Type", "application/json")
    }
  })
}
