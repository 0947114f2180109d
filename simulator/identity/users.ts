import type { FastifyInstance } from "fastify"
import { hexId } from "../ids.ts"
import { firstValue, record } from "../values.ts"
import { checkDomain, checkName, checkRequired } from "./checks.ts"
import type { IdentityContext } from "./context.ts"
import { forbidden, notFound, userExists } from "./refusals.ts"
import { userShape } from "./shapes.ts"
import { domain, fold, type Identity, type User } from "./state.ts"

interface OneUser {
  Params: { id: string }
}

const known = ["id", "name", "domain_id", "enabled", "password", "default_project_id", "options", "links"]

export const userOf = (identity: Identity, id: string): User => {
  const row = identity.users.get(id)
  if (!row) throw notFound("user", id)
  return row
}

const checkFree = (identity: Identity, name: string, own?: string): void => {
  const taken = identity.users.first("name", fold(name))
  if (taken && taken.id !== own) throw userExists(name, domain.id)
}

function given(body: Record<string, unknown>, before: User): User {
  const text = (value: unknown, before: string) => (typeof value === "string" ? value : before)
  const extra = Object.entries(body).filter(([key]) => !known.includes(key))
  return {
    ...before,
    name: text(body.name, before.name),
    password: text(body.password, before.password),
    enabled: typeof body.enabled === "boolean" ? body.enabled : before.enabled,
    defaultProjectId:
      typeof body.default_project_id === "string" ? body.default_project_id : before.defaultProjectId,
    extra: { ...before.extra, ...Object.fromEntries(extra) },
  }
}

export function userRoutes(app: FastifyInstance, context: IdentityContext): void {
  const { state, base, admin, list } = context
  const { identity, ledger } = state

  app.get("/users", async (request) => {
    admin(request, "identity:list_users")
    const name = firstValue(record(request.query).name)
    const rows = name === undefined ? [...identity.users.all()] : identity.users.find("name", fold(name))
    return list(
      request,
      "users",
      rows.map((row) => userShape(base(), row)),
    )
  })
  app.post("/users", async (request, reply) => {
    admin(request, "identity:create_user")
    const body = checkRequired(record(record(request.body).user), "name")
    const name = checkName(body.name, 255)
    checkDomain(body.domain_id)
    checkFree(identity, name)
    const blank: User = {
      id: hexId(),
      name,
      password: hexId(),
      enabled: true,
      defaultProjectId: undefined,
      extra: {},
    }
    const row = ledger.atomically(() => identity.users.put(given(body, blank)))
    return reply.code(201).send({ user: userShape(base(), row) })
  })
  singleRoutes(app, context)
}

function singleRoutes(app: FastifyInstance, { state, base, admin, caller }: IdentityContext): void {
  const { identity, ledger } = state

  app.get<OneUser>("/users/:id", async (request) => {
    const requester = caller(request)
    if (!requester.isAdmin && requester.userId !== request.params.id) throw forbidden("identity:get_user")
    return { user: userShape(base(), userOf(identity, request.params.id)) }
  })
  app.patch<OneUser>("/users/:id", async (request) => {
    admin(request, "identity:update_user")
    const before = userOf(identity, request.params.id)
    const after = given(record(record(request.body).user), before)
    checkFree(identity, after.name, before.id)
    ledger.atomically(() => identity.users.put(after))
    if (after.password !== before.password) revokeTokens(identity, after.id)
    return { user: { ...userShape(base(), after), extra: after.extra } }
  })
  app.delete<OneUser>("/users/:id", async (request, reply) => {
    admin(request, "identity:delete_user")
    const row = userOf(identity, request.params.id)
    ledger.atomically(() => {
      for (const grant of identity.grants.find("user", row.id)) identity.grants.remove(grant)
      for (const one of identity.credentials.find("user", row.id)) identity.credentials.remove(one)
      identity.users.remove(row)
    })
    revokeTokens(identity, row.id)
    return reply.code(204).send()
  })
}

/** A new password revokes the user's tokens. */
function revokeTokens(identity: Identity, userId: string): void {
  for (const token of identity.tokens.values()) if (token.userId === userId) identity.tokens.delete(token.id)
}
