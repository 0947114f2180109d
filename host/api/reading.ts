import type { FastifyReply, FastifyRequest } from "fastify"
import type { Access, User } from "../../src/access/types.ts"
import { hex } from "../../src/models/uuid.ts"
import { linkHeader, type Page, readPage } from "../../src/serializers/pages.ts"
import type { View } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"

/** What every endpoint works with. */
export interface Api {
  readonly db: HostDb
  readonly access: Pick<Access, "authenticate">
}

/** A request in the form that the endpoints use. */
export interface Reading {
  readonly user: User
  readonly view: View
  readonly query: URLSearchParams
  /** Absolute, without query. */
  readonly address: string
}

/** Authenticates the caller and parses the URL. @throws ApiError 401 */
export async function readRequest({ access }: Api, request: FastifyRequest): Promise<Reading> {
  const impersonated = request.headers["x-impersonated-user-uuid"]
  const user = await access.authenticate({
    authorization: request.headers.authorization,
    impersonated: Array.isArray(impersonated) ? impersonated[0] : impersonated,
  })
  const site = siteOf(request)
  const { pathname, searchParams } = new URL(request.url, "http://host")
  return {
    user,
    query: searchParams,
    address: site + pathname,
    view: {
      staff: user.isStaff || user.isSupport,
      url: (endpoint, uuid) => `${site}/api/${endpoint}/${hex(uuid)}/`,
    },
  }
}

/** Whose rows a caller without credentials sees: no user has this id. */
const guest: User = { id: 0, isStaff: false, isSupport: false }

/** The same for an endpoint that is open to callers without credentials. Wrong credentials are refused. @throws ApiError 401 */
export function readOpenRequest(api: Api, request: FastifyRequest): Promise<Reading> {
  if (request.headers.authorization) return readRequest(api, request)
  return readRequest({ ...api, access: { authenticate: async () => guest } }, request)
}

function siteOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}

/** Returns the requested page, and writes the headers of a list. @throws ApiError 404 */
export function turnPage({ query, address }: Reading, total: number, reply: FastifyReply): Page {
  const page = readPage(query, total)
  reply.header("X-Result-Count", total)
  reply.header("Link", linkHeader(address, query, page))
  return page
}
