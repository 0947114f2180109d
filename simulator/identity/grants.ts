import type { FastifyInstance, FastifyRequest } from "fastify"
import { firstValue, record } from "../values.ts"
import type { IdentityContext } from "./context.ts"
import { projectOf } from "./projects.ts"
import { notFound } from "./refusals.ts"
import { assignmentShape, roleShape } from "./shapes.ts"
import { grantId } from "./state.ts"
import { userOf } from "./users.ts"

interface Assignment {
  Params: { project: string; user: string; role: string }
}

const path = "/projects/:project/users/:user/roles"

export function grantRoutes(app: FastifyInstance, context: IdentityContext): void {
  projectGrantRoutes(app, context)
  listRoute(app, context)
  assignmentRoute(app, context)
}

function projectGrantRoutes(app: FastifyInstance, context: IdentityContext): void {
  const { state, admin } = context
  const { identity, ledger } = state

  const named = (request: FastifyRequest<Assignment>, action: string) => {
    admin(request, action)
    const { project, user, role } = request.params
    if (!identity.roles.some(({ id }) => id === role)) throw notFound("role", role)
    return {
      id: grantId(project, user, role),
      userId: userOf(identity, user).id,
      projectId: projectOf(identity, project).id,
      roleId: role,
    }
  }
  const existing = (request: FastifyRequest<Assignment>, action: string) => {
    const row = identity.grants.get(named(request, action).id)
    const { project, user, role } = request.params
    if (!row)
      throw notFound(
        "role assignment with role",
        `${role}, user or group: ${user}, project, domain, or system: ${project}`,
      )
    return row
  }

  app.put<Assignment>(`${path}/:role`, async (request, reply) => {
    const row = named(request, "identity:create_grant")
    ledger.atomically(() => identity.grants.put(row))
    return reply.code(204).send()
  })
  app.get<Assignment>(`${path}/:role`, async (request, reply) => {
    existing(request, "identity:check_grant")
    return reply.code(204).send()
  })
  app.delete<Assignment>(`${path}/:role`, async (request, reply) => {
    const row = existing(request, "identity:revoke_grant")
    ledger.atomically(() => identity.grants.remove(row))
    return reply.code(204).send()
  })
}

function listRoute(app: FastifyInstance, { state: { identity }, base, admin, list }: IdentityContext): void {
  app.get<Assignment>(path, async (request) => {
    admin(request, "identity:list_grants")
    const { project, user } = request.params
    const held = identity.grants.find("both", `${project}/${user}`).map(({ roleId }) => roleId)
    const rows = identity.roles.filter(({ id }) => held.includes(id))
    return list(
      request,
      "roles",
      rows.map((row) => roleShape(base(), row)),
    )
  })
}

function assignmentRoute(
  app: FastifyInstance,
  { state: { identity }, base, admin, list }: IdentityContext,
): void {
  app.get("/role_assignments", async (request) => {
    admin(request, "identity:list_role_assignments")
    const query = record(request.query)
    const project = firstValue(query["scope.project.id"])
    const user = firstValue(query["user.id"])
    const role = firstValue(query["role.id"])
    const names = "include_names" in query && !["false", "0"].includes(firstValue(query.include_names) ?? "")
    const among =
      project === undefined ? [...identity.grants.all()] : identity.grants.find("project", project)
    const rows = among.filter(
      (row) => (user === undefined || row.userId === user) && (role === undefined || row.roleId === role),
    )
    return list(
      request,
      "role_assignments",
      rows.map((row) => assignmentShape(identity, base(), row, names)),
    )
  })
}
