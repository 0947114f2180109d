import type { FastifyInstance } from "fastify"
import { hexId } from "../ids.ts"
import { allValues, firstValue, record } from "../values.ts"
import { checkDomain, checkName, checkRequired } from "./checks.ts"
import type { IdentityContext } from "./context.ts"
import { forbidden, notFound, projectExists } from "./refusals.ts"
import { projectShape } from "./shapes.ts"
import { domain, fold, type Identity, type Project } from "./state.ts"

interface OneProject {
  Params: { id: string }
}

const byQuery = (query: Record<string, unknown>) => {
  const name = firstValue(query.name)
  const enabled = firstValue(query.enabled)
  const tags = allValues(query.tags).flatMap((value) => value.split(","))
  const domainId = firstValue(query.domain_id)
  return (row: Project): boolean =>
    (name === undefined || fold(row.name) === fold(name)) &&
    (domainId === undefined || domainId === domain.id) &&
    (enabled === undefined || String(row.enabled) === enabled.toLowerCase()) &&
    tags.every((tag) => row.tags.includes(tag))
}

export const projectOf = (identity: Identity, id: string): Project => {
  const row = identity.projects.get(id)
  if (!row) throw notFound("project", id)
  return row
}

const checkFree = (identity: Identity, name: string, own?: string): void => {
  const taken = identity.projects.first("name", fold(name))
  if (taken && taken.id !== own) throw projectExists(taken.name, taken.id)
}

const given = (body: Record<string, unknown>): Partial<Project> => ({
  ...(typeof body.name === "string" && { name: body.name }),
  ...(typeof body.description === "string" && { description: body.description }),
  ...(typeof body.enabled === "boolean" && { enabled: body.enabled }),
  ...(Array.isArray(body.tags) && { tags: body.tags.map(String) }),
})

export function projectRoutes(app: FastifyInstance, context: IdentityContext): void {
  listRoutes(app, context)
  changeRoutes(app, context)
  tagRoutes(app, context)
}

function listRoutes(
  app: FastifyInstance,
  { state: { identity }, base, admin, caller, list }: IdentityContext,
): void {
  app.get("/projects", async (request) => {
    admin(request, "identity:list_projects")
    const rows = [...identity.projects.all()].filter(byQuery(record(request.query)))
    return list(
      request,
      "projects",
      rows.map((row) => projectShape(base(), row)),
    )
  })
  const ownProjects = (userId: string): object[] => {
    const ids = new Set(identity.grants.find("user", userId).map(({ projectId }) => projectId))
    return [...ids].flatMap((id) => {
      const row = identity.projects.get(id)
      return row?.enabled ? projectShape(base(), row) : []
    })
  }
  app.get("/auth/projects", async (request) => list(request, "projects", ownProjects(caller(request).userId)))
  app.get<OneProject>("/users/:id/projects", async (request) => {
    const requester = caller(request)
    if (!requester.isAdmin && requester.userId !== request.params.id)
      throw forbidden("identity:list_user_projects")
    return list(request, "projects", ownProjects(request.params.id))
  })
}

function changeRoutes(app: FastifyInstance, { state, base, admin, caller }: IdentityContext): void {
  const { identity, ledger } = state

  app.post("/projects", async (request, reply) => {
    admin(request, "identity:create_project")
    const body = checkRequired(record(record(request.body).project), "name")
    const name = checkName(body.name)
    checkDomain(body.domain_id)
    checkFree(identity, name)
    const row = { id: hexId(), description: "", enabled: true, tags: [], ...given(body), name }
    ledger.atomically(() => identity.projects.put(row))
    return reply.code(201).send({ project: projectShape(base(), row) })
  })
  app.get<OneProject>("/projects/:id", async (request) => {
    const requester = caller(request)
    if (!requester.isAdmin && requester.projectId !== request.params.id)
      throw forbidden("identity:get_project")
    return { project: projectShape(base(), projectOf(identity, request.params.id)) }
  })
  app.patch<OneProject>("/projects/:id", async (request) => {
    admin(request, "identity:update_project")
    const row = projectOf(identity, request.params.id)
    const changes = given(record(record(request.body).project))
    if (changes.name !== undefined) checkFree(identity, checkName(changes.name), row.id)
    const changed = ledger.atomically(() => identity.projects.put({ ...row, ...changes }))
    return { project: { ...projectShape(base(), changed), extra: {} } }
  })
  app.delete<OneProject>("/projects/:id", async (request, reply) => {
    admin(request, "identity:delete_project")
    const row = projectOf(identity, request.params.id)
    ledger.atomically(() => {
      for (const grant of identity.grants.find("project", row.id)) identity.grants.remove(grant)
      for (const user of identity.users.all())
        if (user.defaultProjectId === row.id) identity.users.put({ ...user, defaultProjectId: undefined })
      identity.projects.remove(row)
    })
    return reply.code(204).send()
  })
}

function tagRoutes(app: FastifyInstance, { state, base, admin }: IdentityContext): void {
  const { identity, ledger } = state

  app.get<OneProject>("/projects/:id/tags", async (request) => {
    admin(request, "identity:list_project_tags")
    return { links: { self: base() }, tags: projectOf(identity, request.params.id).tags }
  })
  app.put<OneProject>("/projects/:id/tags", async (request) => {
    admin(request, "identity:update_project_tags")
    const row = projectOf(identity, request.params.id)
    const { tags = [] } = given(record(request.body))
    ledger.atomically(() => identity.projects.put({ ...row, tags }))
    return { links: { self: base() }, tags }
  })
}
