import { setTimeout as sleep } from "node:timers/promises"
import type { Agent } from "undici"
import { CloudError } from "../errors/cloud-error.ts"
import { failure } from "../errors/to-cloud-error.ts"
import { type Limiter, PauseTooLong } from "../limiter/limiter.ts"
import type { CallObserver, CloudConnection, CloudRequest } from "../types.ts"
import { unlessAborted } from "./abortable.ts"
import { requestIdOf } from "./error-response.ts"
import { classifyResponse, type RetryDecision } from "./retry-decision.ts"
import { backoffMs, defaultLimits, type Timing } from "./timing.ts"
import { type Answer, openAgent, send } from "./transport.ts"

/** One call, whatever number of tries it takes. */
export interface LineCall extends Pick<CloudRequest, "service" | "method" | "path"> {
  readonly write: boolean
  readonly repeatable: boolean
  readonly body: string | undefined
  /** What no error may repeat, beside password and token. */
  readonly secrets: readonly string[]
  readonly signal: AbortSignal | undefined
  /** Ends the waiting alone: a try that is under way goes on. */
  readonly drain: AbortSignal | undefined
  readonly observers: readonly CallObserver[]
  /** Whether other calls wait for this one. */
  readonly urgent: boolean
  /** Calls of different flows take turns. */
  readonly flow: string
  /** Asked before each try queues: signs in where need be. */
  ready(): Promise<void>
  /** Asked when the try's turn has come: the token may have been renewed meanwhile. */
  target(): { readonly url: URL; readonly token?: string }
  /** Told that the cloud did not accept the token; answers whether there is another to be had. */
  refused(token: string | undefined): boolean
}

/** The way to one cloud: sockets and gate, shared by all calls, and the patience of each. */
export class RequestPipeline {
  readonly #connection: CloudConnection
  readonly #timing: Timing
  readonly #kept: Agent
  /** For calls that may not be sent again: a server may close a kept socket just as a request is written to it. */
  readonly #once: Agent
  readonly #limiter: Limiter
  readonly #closing = new AbortController()

  constructor(connection: CloudConnection, timing: Timing, limiter: Limiter) {
    this.#connection = connection
    this.#timing = timing
    this.#kept = openAgent(connection, timing, { once: false })
    this.#once = openAgent(connection, timing, { once: true })
    this.#limiter = limiter
  }

  /** Sends until the cloud has answered for good or the patience is over. @throws CloudError */
  async send(call: LineCall): Promise<Answer> {
    const closing = this.#closing.signal
    const signal = call.signal === undefined ? closing : AbortSignal.any([closing, call.signal])
    const waiting = call.drain === undefined ? signal : AbortSignal.any([signal, call.drain])
    let began: number | undefined
    let uncertain = false
    let renewed = false
    const leftOf = (budgetMs: number) => budgetMs - (began === undefined ? 0 : performance.now() - began)
    try {
      for (let tries = 1; ; tries += 1) {
        await unlessAborted(call.ready(), waiting)
        const release = await this.#limiter.acquire({
          signal: waiting,
          urgent: call.urgent,
          again: tries > 1,
          flow: call.flow,
          patienceMs: leftOf(this.#timing.slowDownBudgetMs),
        })
        began ??= performance.now()
        const { verdict, waitMs, answer, token } = await this.#try(call, signal, tries).finally(release)
        if (answer !== undefined && (verdict.next === "done" || isGoneAsAsked(call, answer, uncertain)))
          return answer
        uncertain ||= verdict.uncertain
        const again =
          verdict.next === "renew-token"
            ? !renewed && call.refused(token)
            : verdict.next !== "fail" && waitMs < leftOf(this.#budgetMs(verdict))
        if (!again) {
          const pauseMs = verdict.next === "slow-down" ? waitMs : undefined
          throw failure(this.#connection, call, { ...verdict, uncertain, answer, token, pauseMs })
        }
        renewed ||= verdict.next === "renew-token"
        if (verdict.next === "again") await sleep(waitMs, undefined, { signal: waiting })
      }
    } catch (error) {
      // The sign-in for a further try may be what failed
      if (error instanceof CloudError)
        throw uncertain === error.failure.uncertain ? error : new CloudError({ ...error.failure, uncertain })
      const message = waiting.aborted ? `stopped: ${wordsOf(waiting.reason)}` : wordsOf(error)
      const pauseMs = error instanceof PauseTooLong ? error.ms : undefined
      throw failure(this.#connection, call, { message, retry: "later", uncertain, pauseMs })
    }
  }

  /** Ends the sockets; calls under way or in the queue fail. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the connection to the cloud was closed"))
    await Promise.all([this.#kept.destroy(), this.#once.destroy()])
  }

  async #try(call: LineCall, signal: AbortSignal, tries: number) {
    const { url, token } = call.target()
    const began = performance.now()
    const outcome = await send(call.repeatable ? this.#kept : this.#once, {
      url,
      method: call.method,
      headers: {
        accept: "application/json",
        "user-agent": "waldur-openstack-replication",
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { "x-auth-token": token }),
      },
      body: call.body,
      signal,
      timeoutMs: this.#connection.timeoutMs ?? defaultLimits.timeoutMs,
    })
    const record = {
      service: call.service,
      method: call.method,
      path: call.path,
      status: outcome.answered ? outcome.status : 0,
      durationMs: performance.now() - began,
      requestId: outcome.answered ? requestIdOf(outcome.headers) : "",
      write: call.write,
    }
    for (const observe of call.observers) observe(record)
    const verdict = classifyResponse(call, outcome)
    const waitMs = this.#waitMs(verdict, tries)
    // Before this try gives its place to another one
    if (verdict.next === "slow-down")
      this.#limiter.pause(waitMs, { service: call.service, status: record.status })
    return { verdict, waitMs, answer: outcome.answered ? outcome : undefined, token }
  }

  #waitMs(verdict: RetryDecision, tries: number): number {
    if (verdict.next === "slow-down") return verdict.waitMs ?? backoffMs(this.#timing.slowDownBackoff, tries)
    return verdict.next === "again" ? backoffMs(this.#timing.faultBackoff, tries) : 0
  }

  #budgetMs(verdict: RetryDecision): number {
    return verdict.next === "slow-down" ? this.#timing.slowDownBudgetMs : this.#timing.faultBudgetMs
  }
}

/** A deletion whose answer was lost has been done when it is sent again. */
function isGoneAsAsked(call: LineCall, answer: Answer, uncertain: boolean): boolean {
  return uncertain && call.method === "DELETE" && answer.status === 404
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
