import type { FastifyInstance, FastifyRequest } from "fastify"
import { Refusal } from "../refusals.ts"
import { record, unquoted } from "../values.ts"
import type { NetworkContext } from "./context.ts"
import { findOwn } from "./controller.ts"
import { invalidInput } from "./refusals.ts"
import type { Resource } from "./resource.ts"
import type { Row } from "./rows.ts"
import { touched } from "./state.ts"

interface Tagged {
  Params: { id: string; tag: string }
}

function read(body: unknown): string[] {
  const { tags } = record(body)
  if (tags === undefined) throw invalidInput("Invalid tags body")
  if (!Array.isArray(tags)) throw invalidInput(`'${unquoted(tags)}' is not a list`)
  return [...new Set(tags.map(String))]
}

export function tagRoutes(app: FastifyInstance, { state, caller }: NetworkContext, resource: Resource): void {
  const path = `/v2.0/${resource.tagPath ?? resource.path}/:id/tags`
  const row = (request: FastifyRequest<Tagged>): Row => {
    const requester = caller(request)
    const found = resource.rows.get(request.params.id)
    if (!found || !resource.canSee(requester, found))
      throw new Refusal(
        404,
        "TagResourceNotFound",
        `Resource ${resource.collection} ${request.params.id} could not be found.`,
      )
    return request.method === "GET" ? found : findOwn(resource, requester, found.id, "update")
  }
  const save = (found: Row, tags: readonly string[]): void => {
    state.ledger.atomically(() => resource.rows.put(touched(found, { tags })))
  }
  const tagged = (request: FastifyRequest<Tagged>): Row => {
    const found = row(request)
    const { tag } = request.params
    if (!found.tags.includes(tag)) throw new Refusal(404, "TagNotFound", `Tag ${tag} could not be found.`)
    return found
  }

  app.get<Tagged>(path, async (request) => ({ tags: [...row(request).tags].sort() }))
  app.put<Tagged>(path, async (request) => {
    const found = row(request)
    const tags = read(request.body)
    save(found, tags)
    return { tags }
  })
  app.delete<Tagged>(path, async (request, reply) => {
    save(row(request), [])
    return reply.code(204).send()
  })
  app.get<Tagged>(`${path}/:tag`, async (request, reply) => {
    tagged(request)
    return reply.code(204).send()
  })
  app.put<Tagged>(`${path}/:tag`, async (request, reply) => {
    const found = row(request)
    save(found, [...new Set([...found.tags, request.params.tag])])
    return reply.code(201).header("content-type", "application/json").send("null")
  })
  app.delete<Tagged>(`${path}/:tag`, async (request, reply) => {
    const found = tagged(request)
    save(
      found,
      found.tags.filter((one) => one !== request.params.tag),
    )
    return reply.code(204).send()
  })
}
