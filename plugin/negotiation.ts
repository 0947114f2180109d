import type { FastifyInstance, FastifyRequest } from "fastify"
import Negotiator from "negotiator"
import { apiErrors } from "../src/api-error.ts"

const mediaTypes = { json: "application/json", markdown: "text/markdown", html: "text/html" } as const

export type Format = keyof typeof mediaTypes

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether the route's answer also has the forms of `Format`, for people. */
    readonly negotiated?: boolean
  }
}

const listMethods = "GET, POST, HEAD, OPTIONS"
const detailMethods = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
const actionAddress = /\/(preview|:uuid\/[^/]+)\/$/

/** Methods of the address that a request went to, as Waldur lists them. */
export function allowedMethods(request: FastifyRequest): string {
  const { url = "" } = request.routeOptions
  if (actionAddress.test(url)) {
    return ["GET", "POST", "HEAD"].filter((method) => request.server.hasRoute({ method, url })).join(", ")
  }
  const params = request.params as { readonly uuid?: string } | undefined
  return params?.uuid === undefined ? listMethods : detailMethods
}

/** In which form to answer: `format` in the query, else what the client would rather have. @throws ApiError 404, 406 */
export function formatOf(request: FastifyRequest): Format {
  const asked = new URL(request.url, "http://host").searchParams.get("format")
  if (asked !== null) {
    if (!Object.hasOwn(mediaTypes, asked)) throw apiErrors.notFound("Not found.")
    return asked as Format
  }
  const type = new Negotiator(request.raw).mediaType(Object.values(mediaTypes))
  const format = Object.entries(mediaTypes).find(([, one]) => one === type)?.[0]
  if (format === undefined) throw apiErrors.notAcceptable()
  return format as Format
}

/** Answers are JSON; whoever takes nothing that includes it gets Waldur's refusal. @throws ApiError 404, 406 */
export function checkAccept(request: FastifyRequest): void {
  if (request.routeOptions.config.negotiated) {
    formatOf(request)
    return
  }
  const format = new URL(request.url, "http://host").searchParams.get("format")
  if (format !== null && format !== "json") throw apiErrors.notFound("Not found.")
  const accept = request.headers.accept ?? "*/*"
  const types = accept.split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "")
  const fits = types.some((type) =>
    ["*/*", "application/*", "application/json", "text/event-stream"].includes(type),
  )
  if (!fits) throw apiErrors.notAcceptable()
}

/** Forms are taken as well as JSON: the last value of a name counts. */
export function acceptForms(scope: FastifyInstance): void {
  scope.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}

/** What OPTIONS tells of an address. */
export function describeEndpoint(request: FastifyRequest) {
  const params = request.params as { readonly uuid?: string } | undefined
  return {
    name: params?.uuid === undefined ? "Migration List" : "Migration Instance",
    description: "",
    renders: ["application/json"],
    parses: ["application/json", "application/x-www-form-urlencoded"],
  }
}
