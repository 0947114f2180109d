import { defaultLimits } from "../cloud/default-limits.ts"
import type { CallObserver, CloudConnection, CloudRequest } from "../cloud/types.ts"
import { CloudError } from "../errors/cloud-error.ts"
import { secretsIn } from "../errors/redact.ts"
import { toCloudError } from "../errors/to-cloud-error.ts"
import { requestIdOf } from "../http/error-response.ts"
import { type PipelineCall, RequestPipeline } from "../http/request-pipeline.ts"
import type { Timing } from "../http/timing.ts"
import type { HttpResponse } from "../http/transport.ts"
import type { Limiter } from "../limiter/limiter.ts"
import { endpointOf, identityRoot, isListed, isOffered } from "./catalog.ts"
import { requestUrl } from "./request-url.ts"
import { describeSignIn, readSignIn, type SignIn, signInBody } from "./sign-in.ts"

const readMethods: readonly CloudRequest["method"][] = ["GET", "HEAD"]
const repeatableMethods: readonly CloudRequest["method"][] = ["GET", "HEAD", "PUT", "DELETE"]

/** The token of one cloud and the calls made with it. All callers in this process share one sign-in. */
export class Session {
  readonly #connection: CloudConnection
  readonly #timing: Timing
  readonly #pipeline: RequestPipeline
  #current: SignIn | undefined
  #signingIn: Promise<SignIn> | undefined

  constructor(connection: CloudConnection, timing: Timing, limiter: Limiter) {
    this.#connection = connection
    this.#timing = timing
    this.#pipeline = new RequestPipeline(connection, timing, limiter)
  }

  get timeoutMs(): number {
    return this.#connection.timeoutMs ?? defaultLimits.timeoutMs
  }

  get name(): string {
    return this.#connection.name
  }

  /** Returns the parsed body, or undefined where it is empty. @throws CloudError */
  async call(request: CloudRequest, observers: readonly CallObserver[]): Promise<unknown> {
    const call = this.#pipelineCall(request, observers)
    return this.#parse(call, await this.#pipeline.send(call))
  }

  /** Returns the current sign-in, renewed where it is due; concurrent callers share it. @throws CloudError */
  async signIn(observers: readonly CallObserver[]): Promise<SignIn> {
    if (this.#current !== undefined && Date.now() < this.#current.renewAt) return this.#current
    this.#signingIn ??= this.#requestToken(observers).finally(() => {
      this.#signingIn = undefined
    })
    return this.#signingIn
  }

  close(): Promise<void> {
    return this.#pipeline.close()
  }

  #pipelineCall(request: CloudRequest, observers: readonly CallObserver[]): PipelineCall {
    const { service, method, path, body } = request
    let signIn: SignIn | undefined
    const call: PipelineCall = {
      service,
      method,
      path,
      write: !readMethods.includes(method),
      repeatable: request.repeatable ?? repeatableMethods.includes(method),
      body: body === undefined ? undefined : JSON.stringify(body),
      secrets: secretsIn(body),
      signal: request.signal,
      drain: request.drain,
      observers,
      urgent: false,
      fairnessKey: request.fairnessKey ?? "",
      prepare: async () => {
        signIn = await this.#signInFor(call)
      },
      target: () => {
        const current = this.#current ?? signIn
        if (current === undefined) throw new Error("prepare() was not called before target()")
        return { url: requestUrl(this.#endpoint(call, current), request), token: current.token }
      },
      onUnauthorized: (token) => {
        if (this.#current?.token === token) this.#current = undefined
        return true
      },
    }
    return call
  }

  /** Signs in again where the catalog lacks the service: a catalog is as old as its token. @throws CloudError if it still does */
  async #signInFor(call: PipelineCall): Promise<SignIn> {
    const before = this.#current
    let signIn = await this.signIn(call.observers)
    if (signIn === before && !isListed(call.service, this.#connection, signIn)) {
      if (this.#current === before) this.#current = undefined
      signIn = await this.signIn(call.observers)
    }
    this.#endpoint(call, signIn)
    return signIn
  }

  async #requestToken(observers: readonly CallObserver[]): Promise<SignIn> {
    const call = this.#signInCall(observers)
    const response = await this.#pipeline.send(call).catch((error) => {
      if (!(error instanceof CloudError) || error.failure.status !== 401) throw error
      const cloudMessage = `${describeSignIn(this.#connection)}: ${error.failure.cloudMessage}`
      throw new CloudError({ ...error.failure, cloudMessage, retry: "no" })
    })
    const signIn = readSignIn(response, this.#timing)
    if (signIn === undefined) {
      const message = "the response is not a token of Keystone v3"
      throw this.#badResponse(call, response, { message, retry: "no", uncertain: false })
    }
    this.#current = signIn
    return signIn
  }

  #signInCall(observers: readonly CallObserver[]): PipelineCall {
    return {
      service: "identity",
      method: "POST",
      path: "/auth/tokens",
      write: false,
      repeatable: true,
      body: JSON.stringify(signInBody(this.#connection)),
      secrets: [],
      signal: undefined,
      drain: undefined,
      observers,
      urgent: true,
      fairnessKey: "",
      prepare: async () => {},
      target: () => ({ url: new URL(`${identityRoot(this.#connection.authUrl)}/auth/tokens`) }),
      onUnauthorized: () => false,
    }
  }

  #endpoint(call: PipelineCall, signIn: SignIn): string {
    try {
      return endpointOf(call.service, this.#connection, signIn)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const notInCatalog = !isOffered(call.service, this.#connection, signIn)
      throw toCloudError(this.#connection, call, { message, retry: "no", uncertain: false, notInCatalog })
    }
  }

  #parse(call: PipelineCall, response: HttpResponse): unknown {
    // A retried deletion ends with the 404 of what an earlier try deleted
    if (response.text === "" || response.status === 204 || response.status >= 400) return undefined
    try {
      return JSON.parse(response.text)
    } catch {
      const message = "the response is not JSON"
      throw this.#badResponse(call, response, { message, retry: "later", uncertain: call.write })
    }
  }

  #badResponse(
    call: PipelineCall,
    { status, headers }: HttpResponse,
    reason: Pick<Parameters<typeof toCloudError>[2], "message" | "retry" | "uncertain">,
  ): CloudError {
    return toCloudError(this.#connection, call, { ...reason, status, requestId: requestIdOf(headers) })
  }
}
