import { Agent, type Dispatcher } from "undici"
import type { Retry } from "../../errors.ts"
import type { CloudConnection, CloudRequest } from "../cloud/types.ts"
import type { Timing } from "./timing.ts"

export interface HttpRequest {
  readonly url: URL
  readonly method: CloudRequest["method"]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal
  /** Covers the whole exchange, the body of the response included. */
  readonly timeoutMs: number
}

export interface HttpResponse {
  readonly received: true
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface NoResponse {
  readonly received: false
  readonly reason: string
  /** false where the request was certainly not sent: no connection was made. */
  readonly sent: boolean
  /** true where an immediate retry would fail in the same way, or the caller has aborted. */
  readonly final: boolean
  readonly retry: Retry
}

/** Opens HTTP/1.1 sockets to one cloud; redirects are not followed. @param keepAlive false: a new socket for each request */
export function openAgent(
  { tls: { ca, verify } = {} }: CloudConnection,
  timing: Timing,
  { keepAlive }: { readonly keepAlive: boolean },
): Agent {
  return new Agent({
    allowH2: false,
    pipelining: keepAlive ? 1 : 0,
    keepAliveTimeout: timing.idleSocketMs,
    keepAliveMaxTimeout: timing.idleSocketMs,
    headersTimeout: 0, // the request's own time limit covers both
    bodyTimeout: 0,
    connect: {
      timeout: timing.connectMs,
      rejectUnauthorized: verify !== false,
      ...(ca === undefined ? {} : { ca }),
    },
  })
}

/** Sends one request and reads its response. Never rejects. */
export function send(agent: Agent, request: HttpRequest): Promise<HttpResponse | NoResponse> {
  return new Promise((resolve) => {
    const exchange = new Exchange(request, resolve)
    if (request.signal.aborted) exchange.abort()
    else exchange.start(agent)
  })
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest
  readonly #resolve: (result: HttpResponse | NoResponse) => void
  readonly #chunks: Buffer[] = []
  #head: Pick<HttpResponse, "status" | "headers"> = { status: 0, headers: {} }
  #sent = false
  #controller: Dispatcher.DispatchController | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(request: HttpRequest, resolve: (result: HttpResponse | NoResponse) => void) {
    this.#request = request
    this.#resolve = resolve
  }

  start(agent: Agent): void {
    const { url, method, headers, body, signal, timeoutMs } = this.#request
    this.#timer = setTimeout(() => this.#giveUp(`no response within ${timeoutMs} ms`, false), timeoutMs)
    signal.addEventListener("abort", this.abort, { once: true })
    const path = `${url.pathname}${url.search}`
    agent.dispatch({ origin: url.origin, path, method, headers, body: body ?? null }, this)
  }

  readonly abort = (): void => this.#giveUp(`aborted: ${describe(this.#request.signal.reason)}`, true)

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#request.signal.aborted) controller.abort(new Error("aborted"))
    else this.#sent = true
  }

  onResponseStart(_: unknown, status: number, headers: Parameters<typeof flatten>[0]): void {
    this.#head = { status, headers: flatten(headers) }
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#finish({ received: true, ...this.#head, text: Buffer.concat(this.#chunks).toString("utf8") })
  }

  onResponseError(_: unknown, error: Error): void {
    const final = !this.#sent && permanentFailure.test(codeOf(error))
    const reason = describe(error)
    this.#finish({ received: false, reason, sent: this.#sent, final, retry: final ? "no" : "later" })
  }

  #giveUp(reason: string, final: boolean): void {
    this.#finish({ received: false, reason, sent: this.#sent, final, retry: "later" })
    this.#controller?.abort(new Error(reason))
  }

  #finish(result: HttpResponse | NoResponse): void {
    clearTimeout(this.#timer)
    this.#request.signal.removeEventListener("abort", this.abort)
    this.#resolve(result)
  }
}

/** Codes of Node and OpenSSL for a certificate that is not trusted, and for a server that does not speak TLS. */
const permanentFailure = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO|INVALID_ARG/

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : ""
}

/** Returns code and message only: undici's errors can contain bytes of the response, and those may contain a token. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = codeOf(error)
  return code === "" || error.message.includes(code)
    ? error.message || error.name
    : `${code}: ${error.message}`
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? "")]))
}
