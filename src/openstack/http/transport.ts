import { Agent, type Dispatcher } from "undici"
import type { Retry } from "../../errors.ts"
import type { CloudConnection, CloudRequest } from "../types.ts"
import type { Timing } from "./timing.ts"

export interface Answer {
  readonly answered: true
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface NoAnswer {
  readonly answered: false
  readonly reason: string
  /** false where the request surely never left: no connection came about. */
  readonly sent: boolean
  /** true where another try at once would end the same way, or nobody wants it. */
  readonly final: boolean
  readonly retry: Retry
}

export interface Sending {
  readonly url: URL
  readonly method: CloudRequest["method"]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** HTTP/1.1 without redirects, over kept sockets or, with `once`, over a new one for each request. */
export function openAgent(connection: CloudConnection, timing: Timing, { once }: { once: boolean }): Agent {
  const { ca, verify } = connection.tls ?? {}
  return new Agent({
    allowH2: false,
    pipelining: once ? 0 : 1,
    keepAliveTimeout: timing.idleSocketMs,
    keepAliveMaxTimeout: timing.idleSocketMs,
    headersTimeout: 0, // the call's own limit covers both
    bodyTimeout: 0,
    connect: {
      timeout: timing.connectMs,
      rejectUnauthorized: verify !== false,
      ...(ca === undefined ? {} : { ca }),
    },
  })
}

/** One request, one answer; never throws. The time limit covers the whole answer. */
export function send(agent: Agent, sending: Sending): Promise<Answer | NoAnswer> {
  return new Promise((settle) => {
    const { url, method, headers, body, signal, timeoutMs } = sending
    let sent = false
    let controller: Dispatcher.DispatchController | undefined
    const finish = (outcome: Answer | NoAnswer) => {
      clearTimeout(timer)
      signal.removeEventListener("abort", stop)
      settle(outcome)
    }
    const giveUp = (reason: string, final: boolean) => {
      finish({ answered: false, reason, sent, final, retry: "later" })
      controller?.abort(new Error(reason))
    }
    const stop = () => giveUp(`stopped: ${textOf(signal.reason)}`, true)
    const timer = setTimeout(() => giveUp(`no answer within ${timeoutMs} ms`, false), timeoutMs)
    if (signal.aborted) return stop()
    signal.addEventListener("abort", stop, { once: true })

    const chunks: Buffer[] = []
    let start: Pick<Answer, "status" | "headers"> = { status: 0, headers: {} }
    agent.dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method, headers, body: body ?? null },
      {
        onRequestStart(begun) {
          controller = begun
          if (signal.aborted) begun.abort(new Error("stopped"))
          else sent = true
        },
        onResponseStart(_, status, received) {
          start = { status, headers: flatten(received) }
        },
        onResponseData(_, chunk) {
          chunks.push(chunk)
        },
        onResponseEnd() {
          finish({ answered: true, ...start, text: Buffer.concat(chunks).toString("utf8") })
        },
        onResponseError(_, error) {
          const final = !sent && hopeless.test(codeOf(error))
          finish({ answered: false, reason: textOf(error), sent, final, retry: final ? "no" : "later" })
        },
      },
    )
  })
}

/** Codes of Node and OpenSSL for a certificate that is not trusted, or a peer that does not speak TLS. */
const hopeless = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO|INVALID_ARG/

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : ""
}

/** Code and message only: undici's errors can carry bytes of the answer, and those may hold a token. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = codeOf(error)
  return code === "" || error.message.includes(code)
    ? error.message || error.name
    : `${code}: ${error.message}`
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? "")]))
}
