import { hexId, secret } from "../ids.ts"
import { Refusal, unauthorized } from "../refusals.ts"
import { notFound } from "./refusals.ts"
import { type Identity, type Role, rolesOf, type Token } from "./state.ts"

/** Who asks: what a service learns from a token. */
export interface Caller {
  readonly token: Token
  readonly userId: string
  readonly projectId: string
  readonly isAdmin: boolean
  readonly roles: readonly Role[]
}

export interface Grounds {
  readonly userId: string
  readonly projectId: string | undefined
  readonly methods: readonly string[]
  readonly delegated: boolean
  /** A token made from another ends with it. */
  readonly expiresAt?: number
}

export function issueToken(identity: Identity, grounds: Grounds): Token {
  const issuedAt = Date.now()
  const token: Token = {
    ...grounds,
    id: secret(60),
    auditId: hexId().slice(0, 22),
    issuedAt,
    expiresAt: grounds.expiresAt ?? issuedAt + identity.tokenTtlSeconds * 1000,
  }
  identity.tokens.set(token.id, token)
  return token
}

export function liveToken(identity: Identity, id: unknown): Token | undefined {
  const token = typeof id === "string" ? identity.tokens.get(id) : undefined
  if (!token || token.expiresAt <= Date.now()) return undefined
  return identity.users.get(token.userId)?.enabled ? token : undefined
}

/** Keystone tells why a token's project is no more, to anyone who holds the token. */
function checkProject(identity: Identity, token: Token): void {
  if (token.projectId === undefined) return
  const project = identity.projects.get(token.projectId)
  if (!project) throw notFound("project", token.projectId)
  if (!project.enabled)
    throw new Refusal(404, "NotFound", `Unable to validate token because project ${project.id} is disabled`)
}

export function caller(identity: Identity, id: unknown): Caller {
  const token = liveToken(identity, id)
  if (!token) throw unauthorized()
  checkProject(identity, token)
  const projectId = token.projectId ?? ""
  const roles = rolesOf(identity, projectId, token.userId)
  if (token.projectId !== undefined && roles.length === 0) throw unauthorized()
  return {
    token,
    userId: token.userId,
    projectId,
    roles,
    isAdmin: roles.some(({ name }) => name === "admin"),
  }
}

/** The other services say 401 whatever is wrong with a token, and to one without a project. */
export function serviceCaller(identity: Identity, id: unknown): Caller {
  let found: Caller
  try {
    found = caller(identity, id)
  } catch {
    throw unauthorized()
  }
  if (found.token.projectId === undefined) throw unauthorized()
  return found
}
