import type { FastifyInstance } from "fastify"
import { hexId, secret } from "../ids.ts"
import { record, text } from "../values.ts"
import { checkRequired } from "./checks.ts"
import type { IdentityContext } from "./context.ts"
import { forbidden, notFound } from "./refusals.ts"
import { type ApplicationCredential, rolesOf } from "./state.ts"

interface OneCredential {
  Params: { user: string; id: string }
}

const path = "/users/:user/application_credentials"

export function credentialRoutes(app: FastifyInstance, context: IdentityContext): void {
  const { state, base, caller } = context
  const { identity, ledger } = state
  const shape = (row: ApplicationCredential): object => ({
    id: row.id,
    name: row.name,
    description: null,
    project_id: row.projectId,
    roles: rolesOf(identity, row.projectId, row.userId).map(({ id, name }) => ({ id, name })),
    expires_at: null,
    unrestricted: false,
    links: { self: `${base()}/users/${row.userId}/application_credentials/${row.id}` },
  })

  app.post<OneCredential>(path, async (request, reply) => {
    const requester = caller(request)
    if (requester.userId !== request.params.user) throw forbidden("identity:create_application_credential")
    const body = checkRequired(record(record(request.body).application_credential), "name")
    const row: ApplicationCredential = {
      id: hexId(),
      name: text(body.name),
      secret: text(body.secret) || secret(64),
      userId: requester.userId,
      projectId: requester.projectId,
    }
    ledger.atomically(() => identity.credentials.put(row))
    return reply.code(201).send({ application_credential: { ...shape(row), secret: row.secret } })
  })
  app.delete<OneCredential>(`${path}/:id`, async (request, reply) => {
    const requester = caller(request)
    const row = identity.credentials.get(request.params.id)
    if (!row) throw notFound("application credential", request.params.id)
    if (!requester.isAdmin && requester.userId !== row.userId)
      throw forbidden("identity:delete_application_credential")
    ledger.atomically(() => identity.credentials.remove(row))
    return reply.code(204).send()
  })
}
