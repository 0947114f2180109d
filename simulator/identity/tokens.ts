import { hexId, secret } from "../ids.ts"
import { Refusal, unauthorized } from "../refusals.ts"
import { notFound } from "./refusals.ts"
import { type Identity, type Role, rolesOf, type Token } from "./state.ts"

/** The caller of a service, as its token identifies it. */
export interface Caller {
  readonly token: Token
  readonly userId: string
  readonly projectId: string
  readonly isAdmin: boolean
  readonly roles: readonly Role[]
}

export interface TokenGrant {
  readonly userId: string
  readonly projectId: string | undefined
  readonly methods: readonly string[]
  readonly delegated: boolean
  /** Of a token that was issued for another token: the end of that one. */
  readonly expiresAt?: number
}

export function issueToken(identity: Identity, grant: TokenGrant): Token {
  const issuedAt = Date.now()
  const token: Token = {
    ...grant,
    id: secret(60),
    auditId: hexId().slice(0, 22),
    issuedAt,
    expiresAt: grant.expiresAt ?? issuedAt + identity.tokenTtlSeconds * 1000,
  }
  identity.tokens.set(token.id, token)
  return token
}

export function liveToken(identity: Identity, id: unknown): Token | undefined {
  const token = typeof id === "string" ? identity.tokens.get(id) : undefined
  if (!token || token.expiresAt <= Date.now()) return undefined
  return identity.users.get(token.userId)?.enabled ? token : undefined
}

/** Keystone reports a deleted or disabled project to the holder of the token. */
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

/** The other services refuse an invalid token, and one without a project, with 401. */
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
