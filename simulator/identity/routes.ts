import type { FastifyInstance, FastifyRequest } from "fastify"
import { identityBody, Refusal } from "../refusals.ts"
import { handleRefusals } from "../server/refusal-handler.ts"
import { type CloudState, tokenOf } from "../state.ts"
import { catalog } from "./catalog.ts"
import type { IdentityContext } from "./context.ts"
import { credentialRoutes } from "./credentials.ts"
import { grantRoutes } from "./grants.ts"
import { projectRoutes } from "./projects.ts"
import { forbidden, notFound } from "./refusals.ts"
import { domainShape, roleShape, tokenShape } from "./shapes.ts"
import { signIn } from "./signin.ts"
import { domain, fold, type Token } from "./state.ts"
import { caller } from "./tokens.ts"
import { userRoutes } from "./users.ts"

export async function identityRoutes(app: FastifyInstance, { state }: { state: CloudState }): Promise<void> {
  const context = createContext(state)
  handleRefusals(app, identityBody)
  versionRoute(app, context)
  tokenRoutes(app, context)
  roleRoutes(app, context)
  domainRoutes(app, context)
  projectRoutes(app, context)
  userRoutes(app, context)
  grantRoutes(app, context)
  credentialRoutes(app, context)
}

function createContext(state: CloudState): IdentityContext {
  const context: IdentityContext = {
    state,
    base: () => `${state.base}/identity/v3`,
    caller: (request) => caller(state.identity, tokenOf(request)),
    admin: (request, action) => {
      const found = context.caller(request)
      if (!found.isAdmin) throw forbidden(action)
      return found
    },
    list: (request, name, rows) => ({
      [name]: rows,
      links: { next: null, self: `${state.base}${request.url}`, previous: null },
    }),
  }
  return context
}

function versionRoute(app: FastifyInstance, { base }: IdentityContext): void {
  app.get("/", async () => ({
    version: {
      id: "v3.14",
      status: "stable",
      updated: "2020-04-07T00:00:00Z",
      links: [{ rel: "self", href: `${base()}/` }],
      "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
    },
  }))
}

function tokenRoutes(app: FastifyInstance, context: IdentityContext): void {
  const { state, base } = context
  const { identity } = state
  const services = (projectId: string) => catalog(state.base, state.region, projectId, state.missing.services)
  const shape = (token: Token) => tokenShape(identity, token, services)

  app.post("/auth/tokens", async (request, reply) => {
    const token = signIn(identity, request.body)
    return reply.code(201).header("x-subject-token", token.id).send(shape(token))
  })

  const subject = (request: FastifyRequest, action: string): Token => {
    const requester = context.caller(request)
    const token = identity.tokens.get(String(request.headers["x-subject-token"]))
    if (!token || token.expiresAt <= Date.now())
      throw new Refusal(404, "NotFound", "Could not recognize Fernet token")
    if (!requester.isAdmin && token.userId !== requester.userId) throw forbidden(action)
    return token
  }
  app.get("/auth/tokens", async (request, reply) => {
    const token = subject(request, "identity:validate_token")
    return reply.header("x-subject-token", token.id).send(shape(token))
  })
  app.delete("/auth/tokens", async (request, reply) => {
    identity.tokens.delete(subject(request, "identity:revoke_token").id)
    return reply.code(204).send()
  })
  app.get("/auth/catalog", async (request) => ({
    catalog: services(context.caller(request).projectId),
    links: { self: `${base()}/auth/catalog` },
  }))
}

function roleRoutes(app: FastifyInstance, { state: { identity }, base, admin, list }: IdentityContext): void {
  app.get("/roles", async (request) => {
    admin(request, "identity:list_roles")
    const { name } = request.query as { name?: string }
    const rows = identity.roles.filter((row) => name === undefined || fold(row.name) === fold(name))
    return list(
      request,
      "roles",
      rows.map((row) => roleShape(base(), row)),
    )
  })
  app.get<{ Params: { id: string } }>("/roles/:id", async (request) => {
    admin(request, "identity:get_role")
    const row = identity.roles.find(({ id }) => id === request.params.id)
    if (!row) throw notFound("role", request.params.id)
    return { role: roleShape(base(), row) }
  })
}

function domainRoutes(app: FastifyInstance, { base, admin, list }: IdentityContext): void {
  app.get("/domains", async (request) => {
    admin(request, "identity:list_domains")
    const { name } = request.query as { name?: string }
    const rows = name === undefined || fold(name) === fold(domain.name) ? [domainShape(base())] : []
    return list(request, "domains", rows)
  })
  app.get<{ Params: { id: string } }>("/domains/:id", async (request) => {
    admin(request, "identity:get_domain")
    if (request.params.id !== domain.id) throw notFound("domain", request.params.id)
    return { domain: domainShape(base()) }
  })
}
