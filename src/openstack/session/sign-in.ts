import { isObject, parse } from "../http/error-response.ts"
import type { Timing } from "../http/timing.ts"
import type { Answer } from "../http/transport.ts"
import type { CloudConnection } from "../types.ts"
import type { CatalogEntry, Scope } from "./catalog.ts"

/** A token and what came with it. */
export interface SignedIn extends Scope {
  readonly token: string
  readonly userId: string
  /** Domain of the project. */
  readonly domainId: string
  /** When a new token is due, by this machine's clock. */
  readonly renewAt: number
}

/** Body of `POST /v3/auth/tokens`: by password, scoped to the project, or by application credential, which has its own. */
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

/** Who could not sign in to what, for errors. */
export function signInSubject(connection: CloudConnection): string {
  const { applicationCredential, username, userId, projectName, projectId } = connection
  const user = `user ${userId ?? `${username} (domain ${userDomain(connection).text})`}`
  if (applicationCredential !== undefined) {
    const { id, name } = applicationCredential
    return `application credential ${id ?? `${name} of ${user}`} may not sign in`
  }
  const project = projectId ?? `${projectName} (domain ${projectDomain(connection).text})`
  return `${user} may not sign in to project ${project}`
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

/** undefined where the answer is not Keystone's. */
export function readSignedIn(answer: Answer, timing: Timing): SignedIn | undefined {
  const body = parse(answer.text)
  const token = answer.headers["x-subject-token"]
  if (token === undefined || !isTokenBody(body)) return undefined
  const { issued_at, expires_at, catalog = [], project, user } = body.token
  // The life by the cloud's clock, counted by ours: the two may differ
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
  if (!isObject(body) || !isObject(body.token)) return false
  const { issued_at, expires_at, project, user } = body.token
  if (Number.isNaN(Date.parse(`${issued_at}`)) || Number.isNaN(Date.parse(`${expires_at}`))) return false
  return isObject(project) && isObject(project.domain) && isObject(user)
}
