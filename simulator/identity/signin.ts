import { unauthorized } from "../refusals.ts"
import { record, text } from "../values.ts"
import { forbidden, malformed } from "./refusals.ts"
import { domain, fold, type Identity, type Project, rolesOf, type Token, type User } from "./state.ts"
import { issueToken, liveToken, type TokenGrant } from "./tokens.ts"

const inDefaultDomain = (value: unknown): boolean => {
  const given = record(value)
  return given.id === domain.id || (given.id === undefined && fold(text(given.name)) === fold(domain.name))
}

function byPassword(identity: Identity, given: Record<string, unknown>): User {
  const user =
    given.id !== undefined
      ? identity.users.get(text(given.id))
      : inDefaultDomain(given.domain)
        ? identity.users.first("name", fold(text(given.name)))
        : undefined
  if (!user?.enabled || user.password !== given.password) throw unauthorized()
  return user
}

function byCredential(identity: Identity, given: Record<string, unknown>): TokenGrant {
  const named = () => {
    const user = record(given.user)
    const owner = user.id ?? identity.users.first("name", fold(text(user.name)))?.id
    return identity.credentials.find("user", text(owner)).find(({ name }) => name === given.name)
  }
  const credential = given.id === undefined ? named() : identity.credentials.get(text(given.id))
  if (!credential || credential.secret !== given.secret) throw unauthorized()
  const { userId, projectId } = credential
  return { userId, projectId, methods: ["application_credential"], delegated: true }
}

function scopedProject(identity: Identity, scope: unknown): Project | undefined {
  const given = record(record(scope).project)
  if (given.id !== undefined) return identity.projects.get(text(given.id))
  return inDefaultDomain(given.domain) ? identity.projects.first("name", fold(text(given.name))) : undefined
}

function authenticate(identity: Identity, auth: Record<string, unknown>): TokenGrant {
  const given = record(auth.identity)
  const methods = Array.isArray(given.methods) ? given.methods : []
  if (methods.includes("application_credential"))
    return byCredential(identity, record(given.application_credential))
  if (methods.includes("token")) {
    const token = liveToken(identity, record(given.token).id)
    if (!token) throw unauthorized()
    if (token.delegated) throw forbidden("Using a delegated token to create another token is not allowed.")
    const { userId, expiresAt } = token
    return { userId, projectId: undefined, methods: ["token", "password"], delegated: false, expiresAt }
  }
  if (!methods.includes("password")) throw unauthorized()
  const user = byPassword(identity, record(record(given.password).user))
  return { userId: user.id, projectId: user.defaultProjectId, methods: ["password"], delegated: false }
}

export function signIn(identity: Identity, body: unknown): Token {
  const auth = record(body).auth
  if (typeof auth !== "object" || auth === null)
    throw malformed(
      "Expecting to find auth in request body. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.",
    )
  if (record(auth).identity === undefined) throw malformed("'identity' is a required property")
  const found = authenticate(identity, record(auth))
  if (record(auth).scope === undefined) return issueToken(identity, found)
  const project = scopedProject(identity, record(auth).scope)
  if (!project?.enabled || rolesOf(identity, project.id, found.userId).length === 0) throw unauthorized()
  if (found.delegated && found.projectId !== project.id) throw unauthorized()
  return issueToken(identity, { ...found, projectId: project.id })
}
