import type { CatalogEntry, Scope } from "./catalog.ts"
import { isObject, parse } from "./faults.ts"
import type { Timing } from "./timing.ts"
import type { Answer } from "./transport.ts"
import type { CloudConnection } from "./types.ts"

/** A token and what came with it. */
export interface SignedIn extends Scope {
  readonly token: string
  readonly userId: string
  /** Domain of the project. */
  readonly domainId: string
  /** When a new token is due, by this machine's clock. */
  readonly renewAt: number
}

/** Body of `POST /v3/auth/tokens`: password, scoped to the project. */
export function signInBody(connection: CloudConnection): unknown {
  const { username, password, projectName, userDomain = "Default" } = connection
  return {
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: username, domain: { name: userDomain }, password } },
      },
      scope: { project: { name: projectName, domain: { name: connection.projectDomain ?? userDomain } } },
    },
  }
}

/** Who could not sign in to what, for errors. */
export function signInSubject(connection: CloudConnection): string {
  const { username, projectName, userDomain = "Default", projectDomain = userDomain } = connection
  return `user ${username} (domain ${userDomain}) may not sign in to project ${projectName} (domain ${projectDomain})`
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
