import { type Answer, call, made, record, type Target } from "./wire.ts"

type Send = (method: string, path: string, body?: unknown) => Promise<Answer>

/** A signed-in user with the services of its catalog. */
export interface Session {
  readonly token: string
  readonly projectId: string
  readonly userId: string
  readonly answer: Answer
  readonly identity: Send
  readonly network: Send
  readonly compute: Send
  /** Its paths are below the token's project. */
  readonly volume: Send
}

export interface Login {
  readonly name: string
  readonly password: string
  readonly project: Readonly<Record<string, unknown>>
  readonly domain?: Readonly<Record<string, string>>
}

export const passwordAuth = ({ name, password, project, domain = { id: "default" } }: Login): object => ({
  auth: {
    identity: { methods: ["password"], password: { user: { name, domain, password } } },
    scope: { project },
  },
})

function endpoint(token: Readonly<Record<string, unknown>>, type: string): string {
  const services = Array.isArray(token.catalog) ? token.catalog.map(record) : []
  const service = services.find((one) => one.type === type)
  const endpoints = Array.isArray(service?.endpoints) ? service.endpoints.map(record) : []
  return String(endpoints.find((one) => one.interface === "public")?.url)
}

export async function signIn(target: Target, login: Login): Promise<Session> {
  const answer = await call("POST", `${target.authUrl}/auth/tokens`, undefined, passwordAuth(login))
  const token = made(answer)
  const text = answer.headers.get("x-subject-token") ?? ""
  const send =
    (base: string): Send =>
    (method, path, body) =>
      call(method, base + path, text, body)
  return {
    token: text,
    projectId: String(record(token.project).id),
    userId: String(record(token.user).id),
    answer,
    identity: send(target.authUrl),
    network: send(`${endpoint(token, "network")}/v2.0`),
    compute: send(endpoint(token, "compute")),
    volume: send(endpoint(token, "volumev3")),
  }
}

export const signInAdmin = (target: Target): Promise<Session> =>
  signIn(target, {
    name: target.username,
    password: target.password,
    domain: { name: target.userDomain },
    project: { name: target.projectName, domain: { name: target.projectDomain } },
  })
