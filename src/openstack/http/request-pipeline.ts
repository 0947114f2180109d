import { setTimeout as sleep } from "node:timers/promises"
import type { Agent } from "undici"
import { defaultLimits } from "../cloud/default-limits.ts"
import type { CallObserver, CloudConnection, CloudRequest } from "../cloud/types.ts"
import { CloudError } from "../errors/cloud-error.ts"
import { toCloudError } from "../errors/to-cloud-error.ts"
import { type Limiter, PauseTooLong } from "../limiter/limiter.ts"
import { abortable } from "./abortable.ts"
import { requestIdOf } from "./error-response.ts"
import { classifyResponse, type RetryDecision } from "./retry-decision.ts"
import { backoffMs, type Timing } from "./timing.ts"
import { type HttpResponse, openAgent, send } from "./transport.ts"

/** One call, however many tries it takes. */
export interface PipelineCall extends Pick<CloudRequest, "service" | "method" | "path"> {
  readonly write: boolean
  readonly repeatable: boolean
  readonly body: string | undefined
  /** What no error may repeat, besides password and token. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal | undefined
  /** Ends waiting only: a try in flight continues. */
  readonly drain: AbortSignal | undefined
  readonly observers: readonly CallObserver[]
  /** Whether other calls wait for this one. */
  readonly urgent: boolean
  readonly fairnessKey: string
  /** Called before each try enters the queue: signs in if necessary. */
  prepare(): Promise<void>
  /** Called when a try starts: the token may have been renewed while it waited. */
  target(): { readonly url: URL; readonly token?: string }
  /** Called when the cloud did not accept the token. Returns whether another can be had. */
  onUnauthorized(token: string | undefined): boolean
}

/** What one try of a call led to. */
interface Try {
  readonly decision: RetryDecision
  readonly delayMs: number
  readonly response: HttpResponse | undefined
  readonly token: string | undefined
}

/** What earlier tries of a call leave for the next. */
interface Progress {
  /** Start of the first try; undefined before it. */
  began: number | undefined
  /** Whether a try may have taken effect. */
  uncertain: boolean
  tokenRenewed: boolean
}

/** Sends the calls to one cloud: waits for a slot, sends, decides on a retry. Sockets and limiter are shared by all calls. */
export class RequestPipeline {
  readonly #connection: CloudConnection
  readonly #timing: Timing
  readonly #limiter: Limiter
  readonly #keepAlive: Agent
  /** For calls that may not be repeated: a server may close a kept socket just as a request is written to it. */
  readonly #newSockets: Agent
  readonly #closing = new AbortController()

  constructor(connection: CloudConnection, timing: Timing, limiter: Limiter) {
    this.#connection = connection
    this.#timing = timing
    this.#limiter = limiter
    this.#keepAlive = openAgent(connection, timing, { keepAlive: true })
    this.#newSockets = openAgent(connection, timing, { keepAlive: false })
  }

  /** Sends the call, with retries until its time budget is spent. @throws CloudError */
  async send(call: PipelineCall): Promise<HttpResponse> {
    const signal = anyOf(this.#closing.signal, call.signal)
    const signals = { signal, waiting: anyOf(signal, call.drain) }
    const progress: Progress = { began: undefined, uncertain: false, tokenRenewed: false }
    try {
      return await this.#sendWithRetries(call, signals, progress)
    } catch (error) {
      throw this.#errorOf(call, error, signals.waiting, progress.uncertain)
    }
  }

  /** Closes the sockets. Calls in flight and in the queue fail. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the connection to the cloud was closed"))
    await Promise.all([this.#keepAlive.destroy(), this.#newSockets.destroy()])
  }

  async #sendWithRetries(
    call: PipelineCall,
    { signal, waiting }: { readonly signal: AbortSignal; readonly waiting: AbortSignal },
    progress: Progress,
  ): Promise<HttpResponse> {
    for (let tries = 1; ; tries += 1) {
      await abortable(call.prepare(), waiting)
      const release = await this.#limiter.acquire({
        signal: waiting,
        urgent: call.urgent,
        isRetry: tries > 1,
        fairnessKey: call.fairnessKey,
        maxPauseMs: remainingMs(progress, this.#timing.rateLimitBudgetMs),
      })
      progress.began ??= performance.now()
      const result = await this.#try(call, signal, tries).finally(release)
      const { decision, delayMs, response } = result
      if (response !== undefined && (decision.next === "done" || isDeleted(call, response, progress)))
        return response
      progress.uncertain ||= decision.uncertain
      if (!this.#mayRetry(call, result, progress)) throw this.#failed(call, result, progress)
      progress.tokenRenewed ||= decision.next === "renew-token"
      if (decision.next === "retry") await sleep(delayMs, undefined, { signal: waiting })
    }
  }

  async #try(call: PipelineCall, signal: AbortSignal, tries: number): Promise<Try> {
    const { url, token } = call.target()
    const began = performance.now()
    const result = await send(call.repeatable ? this.#keepAlive : this.#newSockets, {
      url,
      method: call.method,
      headers: headersOf(call, token),
      body: call.body,
      signal,
      timeoutMs: this.#connection.timeoutMs ?? defaultLimits.timeoutMs,
    })
    const response = result.received ? result : undefined
    const { service, method, path, write } = call
    const status = response?.status ?? 0
    const requestId = response === undefined ? "" : requestIdOf(response.headers)
    const durationMs = performance.now() - began
    for (const observe of call.observers)
      observe({ service, method, path, status, durationMs, requestId, write })
    const decision = classifyResponse(call, result)
    const delayMs = this.#delayMs(decision, tries)
    // Before this try releases its slot to another call
    if (decision.next === "slow-down") this.#limiter.pause(delayMs, { service, status })
    return { decision, delayMs, response, token }
  }

  #delayMs(decision: RetryDecision, tries: number): number {
    if (decision.next === "slow-down")
      return decision.retryAfterMs ?? backoffMs(this.#timing.rateLimitBackoff, tries)
    return decision.next === "retry" ? backoffMs(this.#timing.failureBackoff, tries) : 0
  }

  #mayRetry(call: PipelineCall, { decision, delayMs, token }: Try, progress: Progress): boolean {
    const { failureBudgetMs, rateLimitBudgetMs } = this.#timing
    switch (decision.next) {
      case "renew-token":
        return !progress.tokenRenewed && call.onUnauthorized(token)
      case "slow-down":
        return delayMs < remainingMs(progress, rateLimitBudgetMs)
      case "retry":
        return delayMs < remainingMs(progress, failureBudgetMs)
      default:
        return false
    }
  }

  #failed(call: PipelineCall, { decision, delayMs, response, token }: Try, { uncertain }: Progress) {
    return toCloudError(this.#connection, call, {
      ...decision,
      uncertain,
      status: response?.status,
      requestId: response && requestIdOf(response.headers),
      token,
      pauseMs: decision.next === "slow-down" ? delayMs : undefined,
    })
  }

  #errorOf(call: PipelineCall, error: unknown, waiting: AbortSignal, uncertain: boolean): CloudError {
    // The sign-in for a retry may be what failed: the call stays as uncertain as its earlier tries left it.
    if (error instanceof CloudError)
      return uncertain === error.failure.uncertain ? error : new CloudError({ ...error.failure, uncertain })
    const message = waiting.aborted ? `aborted: ${messageOf(waiting.reason)}` : messageOf(error)
    const pauseMs = error instanceof PauseTooLong ? error.pauseMs : undefined
    return toCloudError(this.#connection, call, { message, retry: "later", uncertain, pauseMs })
  }
}

function anyOf(signal: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? signal : AbortSignal.any([signal, other])
}

function remainingMs({ began }: Progress, budgetMs: number): number {
  return budgetMs - (began === undefined ? 0 : performance.now() - began)
}

function headersOf(call: PipelineCall, token: string | undefined): Readonly<Record<string, string>> {
  return {
    accept: "application/json",
    "user-agent": "waldur-openstack-replication",
    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    ...(token === undefined ? {} : { "x-auth-token": token }),
  }
}

/** A retried deletion that finds nothing was done by an earlier try whose response was lost. */
function isDeleted(call: PipelineCall, { status }: HttpResponse, { uncertain }: Progress): boolean {
  return uncertain && call.method === "DELETE" && status === 404
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
