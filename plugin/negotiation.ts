import type { FastifyInstance, FastifyRequest } from "fastify"
import { ApiError } from "../src/serializers/api-error.ts"

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

/** Answers are JSON; whoever takes nothing that includes it gets Waldur's refusal. @throws ApiError 404, 406 */
export function checkAccept(request: FastifyRequest): void {
  const format = new URL(request.url, "http://host").searchParams.get("format")
  if (format !== null && format !== "json") throw new ApiError(404, { detail: "Not found." })
  const accept = request.headers.accept ?? "*/*"
  const types = accept.split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "")
  const fits = types.some((type) =>
    ["*/*", "application/*", "application/json", "text/event-stream"].includes(type),
  )
  if (!fits) throw new ApiError(406, { detail: "Could not satisfy the request Accept header." })
}

/** Forms are taken as well as JSON: the last value of a name counts. */
export function takeForms(scope: FastifyInstance): void {
  scope.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}

/** What OPTIONS tells of an address. */
export function describeAddress(request: FastifyRequest) {
  const params = request.params as { readonly uuid?: string } | undefined
  return {
    name: params?.uuid === undefined ? "Migration List" : "Migration Instance",
    description: "",
    renders: ["application/json"],
    parses: ["application/json", "application/x-www-form-urlencoded"],
  }
}
