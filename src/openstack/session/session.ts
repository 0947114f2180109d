import { CloudError } from "../errors/cloud-error.ts"
import { secretsIn } from "../errors/redact.ts"
import { failure } from "../errors/to-cloud-error.ts"
import { type LineCall, RequestPipeline } from "../http/request-pipeline.ts"
import { defaultLimits, type Timing } from "../http/timing.ts"
import type { Answer } from "../http/transport.ts"
import type { Limiter } from "../limiter/limiter.ts"
import type { CallObserver, CloudConnection, CloudRequest } from "../types.ts"
import { endpointOf, identityRoot, isListed, isOffered } from "./catalog.ts"
import { addressOf } from "./request-url.ts"
import { readSignedIn, type SignedIn, signInBody, signInSubject } from "./sign-in.ts"

const readMethods: readonly CloudRequest["method"][] = ["GET", "HEAD"]
const repeatableMethods: readonly CloudRequest["method"][] = ["GET", "HEAD", "PUT", "DELETE"]

/** One sign-in, kept and shared by all calls to a cloud. */
export class SharedSession {
  readonly #connection: CloudConnection
  readonly #timing: Timing
  readonly #line: RequestPipeline
  #known: SignedIn | undefined
  #signingIn: Promise<SignedIn> | undefined

  constructor(connection: CloudConnection, timing: Timing, limiter: Limiter) {
    this.#connection = connection
    this.#timing = timing
    this.#line = new RequestPipeline(connection, timing, limiter)
  }

  get timeoutMs(): number {
    return this.#connection.timeoutMs ?? defaultLimits.timeoutMs
  }

  get name(): string {
    return this.#connection.name
  }

  /** Answers the parsed body; undefined where it is empty. */
  async call(request: CloudRequest, observers: readonly CallObserver[]): Promise<unknown> {
    const { service, method, path, body } = request
    let signedIn: SignedIn | undefined
    const call: LineCall = {
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
      flow: request.flow ?? "",
      ready: async () => {
        const before = this.#known
        signedIn = await this.signedIn(observers)
        if (signedIn === before && !isListed(service, this.#connection, signedIn)) {
          // A catalog is as old as its token: the service may have been registered since
          if (this.#known === before) this.#known = undefined
          signedIn = await this.signedIn(observers)
        }
        this.#endpoint(call, signedIn)
      },
      target: () => {
        const current = this.#known ?? signedIn
        if (current === undefined) throw new Error("not signed in")
        return { url: addressOf(this.#endpoint(call, current), request), token: current.token }
      },
      refused: (token) => {
        if (this.#known?.token === token) this.#known = undefined
        return true
      },
    }
    return this.#parsed(call, await this.#line.send(call))
  }

  /** The one sign-in, made anew where it is due; callers at the same time share it. */
  async signedIn(observers: readonly CallObserver[]): Promise<SignedIn> {
    if (this.#known !== undefined && Date.now() < this.#known.renewAt) return this.#known
    this.#signingIn ??= this.#signIn(observers).finally(() => {
      this.#signingIn = undefined
    })
    return this.#signingIn
  }

  close(): Promise<void> {
    return this.#line.close()
  }

  async #signIn(observers: readonly CallObserver[]): Promise<SignedIn> {
    const call: LineCall = {
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
      flow: "",
      ready: async () => {},
      target: () => ({ url: new URL(`${identityRoot(this.#connection.authUrl)}/auth/tokens`) }),
      refused: () => false,
    }
    const answer = await this.#line.send(call).catch((error) => {
      if (!(error instanceof CloudError) || error.failure.status !== 401) throw error
      const { status, requestId, cloudMessage } = error.failure
      const message = `${signInSubject(this.#connection)}: ${cloudMessage}`
      throw new CloudError({ ...error.failure, status, requestId, cloudMessage: message, retry: "no" })
    })
    const known = readSignedIn(answer, this.#timing)
    if (known === undefined) {
      const message = "this is no sign-in as Keystone v3 answers it"
      throw failure(this.#connection, call, { message, retry: "no", uncertain: false, answer })
    }
    this.#known = known
    return known
  }

  #endpoint(call: LineCall, signedIn: SignedIn): string {
    try {
      return endpointOf(call.service, this.#connection, signedIn)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const absent = !isOffered(call.service, this.#connection, signedIn)
      throw failure(this.#connection, call, { message, retry: "no", uncertain: false, absent })
    }
  }

  #parsed(call: LineCall, answer: Answer): unknown {
    // The body of a deletion sent again is its 404
    if (answer.text === "" || answer.status === 204 || answer.status >= 400) return undefined
    try {
      return JSON.parse(answer.text)
    } catch {
      const message = "the answer is no JSON"
      throw failure(this.#connection, call, { message, retry: "later", uncertain: call.write, answer })
    }
  }
}
