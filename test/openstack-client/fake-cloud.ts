import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Test } from "tap"
import type { Timing } from "../../src/openstack/http/timing.ts"
import { type CloudConnection, CloudError } from "../../src/openstack/index.ts"
import { connectCloud } from "../../src/openstack/session/connect.ts"

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly token: string
  readonly body: unknown
  readonly headers: IncomingMessage["headers"]
  /** When it was received, by the monotonic clock. */
  readonly at: number
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown
}

/** "reset" closes the connection; "silence" never replies. */
export type Answering = Reply | "reset" | "silence"

export interface FakeOptions {
  /** Replies to all requests but sign-ins. */
  readonly answer?: (seen: Seen, fake: FakeCloud) => Answering | Promise<Answering>
  /** Life of a token, in milliseconds. */
  readonly tokenLifeMs?: number
  /** Replies to sign-in number N (from 1); undefined signs in. */
  readonly signIn?: (count: number) => Answering | undefined
  readonly catalog?: (base: string) => unknown
}

export interface FakeCloud {
  readonly base: string
  readonly connection: CloudConnection
  /** Requests other than sign-ins. */
  readonly calls: Seen[]
  readonly signIns: Seen[]
  /** Maximum number of requests in flight at a time. */
  readonly busiest: () => number
}

export const PASSWORD = "s3cret-Pa55word"

/** Short delays, so that tests of retries are quick. */
export const shortTiming = {
  failureBudgetMs: 2_000,
  rateLimitBudgetMs: 4_000,
  failureBackoff: { firstMs: 1, maxMs: 5 },
  rateLimitBackoff: { firstMs: 1, maxMs: 5 },
} satisfies Partial<Timing>

/** Starts a Keystone and any other service on a loopback port, and records their requests. */
export async function fakeCloud(t: Test, options: FakeOptions = {}): Promise<FakeCloud> {
  const { answer = () => ({ body: {} }), tokenLifeMs = 3_600_000, signIn, catalog = fullCatalog } = options
  const calls: Seen[] = []
  const signIns: Seen[] = []
  let busy = 0
  let busiest = 0
  const server = createServer(async (request, response) => {
    busiest = Math.max(busiest, ++busy)
    response.on("close", () => {
      busy -= 1
    })
    const seen = await read(request)
    if (seen.path !== "/identity/v3/auth/tokens") {
      calls.push(seen)
      return reply(response, await answer(seen, fake))
    }
    signIns.push(seen)
    reply(response, signIn?.(signIns.length) ?? token(signIns.length, tokenLifeMs, catalog(fake.base)))
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = {
    name: "north",
    authUrl: `${base}/identity`,
    username: "ann",
    password: PASSWORD,
    projectName: "tenant",
    requestsPerSecond: 10_000,
  }
  const fake: FakeCloud = { base, connection, calls, signIns, busiest: () => busiest }
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return fake
}

/** Returns a client of the fake that is closed at the end of the test. */
export function connect(t: Test, fake: FakeCloud, more: Partial<CloudConnection> = {}, timing = {}) {
  const cloud = connectCloud({ ...fake.connection, ...more }, undefined, { ...shortTiming, ...timing })
  t.teardown(() => cloud.close())
  return cloud
}

export async function failureOf(work: Promise<unknown>): Promise<CloudError> {
  const error = await work.catch((error: unknown) => error)
  if (error instanceof CloudError) return error
  throw new Error(`a CloudError was expected, not ${error}`)
}

export function endpoint(type: string, url: string, region = "one", kind = "public") {
  return { type, endpoints: [{ interface: kind, region, region_id: region, url }] }
}

function fullCatalog(base: string) {
  return [
    endpoint("identity", `${base}/identity`),
    endpoint("network", `${base}/network`),
    endpoint("compute", `${base}/compute/v2.1`),
    endpoint("volumev3", `${base}/volume/v3`),
    endpoint("image", `${base}/image`),
  ]
}

/** Issued years ago: the client must not compare the cloud's clock with its own. */
function token(count: number, lifeMs: number, catalog: unknown): Reply {
  const issued = Date.parse("2001-01-01T00:00:00Z")
  return {
    status: 201,
    headers: { "x-subject-token": `token-${count}` },
    body: {
      token: {
        issued_at: new Date(issued).toISOString(),
        expires_at: new Date(issued + lifeMs).toISOString(),
        project: { id: "project-id", domain: { id: "domain-id" } },
        user: { id: "user-id" },
        catalog,
      },
    },
  }
}

async function read(request: IncomingMessage): Promise<Seen> {
  const at = performance.now()
  let text = ""
  for await (const chunk of request) text += chunk
  const { pathname, search } = new URL(request.url ?? "", "http://fake")
  return {
    at,
    method: request.method ?? "",
    path: pathname,
    query: search,
    token: String(request.headers["x-auth-token"] ?? ""),
    body: text === "" ? undefined : JSON.parse(text),
    headers: request.headers,
  }
}

function reply(response: ServerResponse, answer: Answering): void {
  if (answer === "silence") return
  if (answer === "reset") {
    response.socket?.resetAndDestroy()
    return
  }
  const { status = 200, headers = {}, body } = answer
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body))
}
