import type { CloudConnection } from "../cloud/types.ts"
import { isJsonObject, parseJsonOrUndefined } from "../http/json.ts"
import type { Timing } from "../http/timing.ts"
import type { HttpResponse } from "../http/transport.ts"
import type { CatalogEntry, Scope } from "./catalog.ts"

/** A token and what Keystone sent with it. */
export interface SignIn extends Scope {
  readonly token: string
  readonly userId: string
  /** Domain of the project. */
  readonly domainId: string
  /** When a new token is due, by the clock of this machine. */
  readonly renewAt: number
}

/** Returns the body of `POST /v3/auth/tokens`: a password with the project, or an application credential, which has its own project. */
export function signInBody(connection: CloudConnection): unknown {
  const { applicationCredential, password } = connection
  if (applicationCredential !== undefined) {
    const { id, name, secret } = applicationCredential
    const application_credential =
      id === undefined ? { name, secret, user: userOf(connection) } : { id, secret }
    return { auth: { identity: { methods: ["application_credential"], application_credential } } }
  }
  return {
    auth: {
      identity: { methods: ["password"], password: { user: { ...userOf(connection), password } } },
      scope: { project: projectOf(connection) },
    },
  }
}

/** Names who cannot sign in, and to which project. */
export function describeSignIn(connection: CloudConnection): string {
  const { applicationCredential, username, userId, projectName, projectId } = connection
  const user = `user ${userId ?? `${username} (domain ${userDomain(connection).text})`}`
  if (applicationCredential !== undefined) {
    const { id, name } = applicationCredential
    return `application credential ${id ?? `${name} of ${user}`} cannot sign in`
  }
  const project = projectId ?? `${projectName} (domain ${projectDomain(connection).text})`
  return `${user} cannot sign in to project ${project}`
}

function userOf(connection: CloudConnection): Readonly<Record<string, unknown>> {
  const { userId, username } = connection
  return userId === undefined ? { name: username, domain: userDomain(connection).body } : { id: userId }
}

function projectOf(connection: CloudConnection): Readonly<Record<string, unknown>> {
  const { projectId, projectName } = connection
  return projectId === undefined
    ? { name: projectName, domain: projectDomain(connection).body }
    : { id: projectId }
}

function userDomain({ userDomainId, userDomain = "Default" }: CloudConnection) {
  return domain(userDomainId, userDomain)
}

function projectDomain(connection: CloudConnection) {
  const { projectDomainId, projectDomain } = connection
  return projectDomainId === undefined && projectDomain === undefined
    ? userDomain(connection)
    : domain(projectDomainId, projectDomain)
}

function domain(id: string | undefined, name: string | undefined) {
  return id === undefined ? { body: { name }, text: name } : { body: { id }, text: id }
}

interface TokenBody {
  readonly token: {
    readonly issued_at: string
    readonly expires_at: string
    readonly catalog?: readonly CatalogEntry[]
    readonly project: { readonly id: string; readonly domain: { readonly id: string } }
    readonly user: { readonly id: string }
  }
}

/** Returns undefined where the response is not a token of Keystone. */
export function readSignIn(response: HttpResponse, timing: Timing): SignIn | undefined {
  const body = parseJsonOrUndefined(response.text)
  const token = response.headers["x-subject-token"]
  if (token === undefined || !isTokenBody(body)) return undefined
  const { issued_at, expires_at, catalog = [], project, user } = body.token
  // The lifetime by the cloud's clock, counted from now by ours: the clocks may differ
  const lifeMs = Math.max(0, Date.parse(expires_at) - Date.parse(issued_at))
  const usableMs = Math.max(lifeMs - timing.renewBeforeMs, lifeMs * timing.renewAfterShare)
  return {
    token,
    catalog,
    projectId: project.id,
    domainId: project.domain.id,
    userId: user.id,
    renewAt: Date.now() + usableMs,
  }
}

function isTokenBody(body: unknown): body is TokenBody {
  if (!isJsonObject(body) || !isJsonObject(body.token)) return false
  const { issued_at, expires_at, project, user } = body.token
  if (Number.isNaN(Date.parse(`${issued_at}`)) || Number.isNaN(Date.parse(`${expires_at}`))) return false
  return isJsonObject(project) && isJsonObject(project.domain) && isJsonObject(user)
}
