import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { apiErrors } from "../src/api-error.ts"

/** In the order in which Django REST framework lists them. */
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const

/** The addresses of a scope, as patterns of Fastify, and their methods. */
export interface Addresses {
  /** Returns the patterns, relative to the scope, of the documented routes registered so far. */
  urls(): readonly string[]
  /** Returns the methods of the requested address, also for a redirect to it; none for an unknown address. */
  methodsAt(request: FastifyRequest): readonly string[]
}

/** Records the routes that are registered in a scope from now on. */
export function addressesOf(scope: FastifyInstance): Addresses {
  const found = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  const relative = (url: string) => url.slice(scope.prefix.length) || "/"
  scope.addHook("onRoute", ({ url, method }) => {
    const address = relative(url)
    const known = found.get(address) ?? { pattern: patternOf(address), methods: new Set() }
    for (const one of [method].flat()) known.methods.add(one)
    found.set(address, known)
  })
  const fitting = (path: string) => [...found.values()].find(({ pattern }) => pattern.test(path))
  const routeOf = ({ routeOptions }: FastifyRequest) => relative(routeOptions.url ?? "")
  return {
    urls: () => [...found.keys()],
    methodsAt(request) {
      const path = relative(withSlash(pathOf(request)))
      // A fixed address comes first: GET of preview/ fits the route of a migration, whose uuid it is not.
      const known = found.get(path) ?? (request.is404 ? fitting(path) : found.get(routeOf(request)))
      return methods.filter((method) => known?.methods.has(method))
    },
  }
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll(/:\w+/g, "[^/]+")}$`)
}

function pathOf(request: FastifyRequest): string {
  const [path = ""] = request.url.split("?")
  return path
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`
}

/**
 * Responds to a request that fits no route of the addresses: a redirect where only the trailing slash is missing.
 * @throws ApiError 405 for another method of a known address, else 404
 */
export function respondToUnrouted(
  addresses: Addresses,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (addresses.methodsAt(request).length === 0) throw apiErrors.notFound("Not found.")
  const path = pathOf(request)
  if (path.endsWith("/")) throw apiErrors.method(request.method)
  // 308 keeps method and body; clients turn a 301 into a GET.
  const status = request.method === "GET" || request.method === "HEAD" ? 301 : 308
  return reply.redirect(`${path}/${request.url.slice(path.length)}`, status)
}
