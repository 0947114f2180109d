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

const listMethods = "GET, POST, HEAD, OPTIONS"
const detailMethods = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
const actionAddress = /\/(preview|:uuid\/[^/]+)\/$/

/** Returns the methods of the requested address for the header `Allow`, in Waldur's order. */
export function allowedMethods(request: FastifyRequest): string {
  const { url = "" } = request.routeOptions
  if (actionAddress.test(url)) {
    return ["GET", "POST", "HEAD"].filter((method) => request.server.hasRoute({ method, url })).join(", ")
  }
  const params = request.params as { readonly uuid?: string } | undefined
  return params?.uuid === undefined ? listMethods : detailMethods
}

/** Returns the format that the query requests, or else the one that `Accept` prefers. @throws ApiError 404, 406 */
export function formatOf(request: FastifyRequest): Format {
  const requested = new URL(request.url, "http://host").searchParams.get("format")
  if (requested !== null) {
    if (!Object.hasOwn(mediaTypes, requested)) throw apiErrors.notFound("Not found.")
    return requested as Format
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

/** Accepts bodies of forms in addition to JSON. Of a repeated name, the last value counts. */
export function acceptForms(scope: FastifyInstance): void {
  scope.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}

/** Returns the response to OPTIONS, in the shape of Django REST framework. */
export function describeEndpoint(request: FastifyRequest) {
  const params = request.params as { readonly uuid?: string } | undefined
  return {
    name: params?.uuid === undefined ? "Migration List" : "Migration Instance",
    description: "",
    renders: ["application/json"],
    parses: ["application/json", "application/x-www-form-urlencoded"],
  }
}
