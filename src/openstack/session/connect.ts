import { defaultLimits, defaultTiming, type Timing } from "../http/timing.ts"
import type { Limiter } from "../limiter/limiter.ts"
import { Pace } from "../limiter/local-limiter.ts"
import type { CallObserver, Cloud, CloudConnection, CloudRequest } from "../types.ts"
import { type ListRequest, listAll } from "./pages.ts"
import { SharedSession } from "./session.ts"

/**
 * Opens the way to one cloud. Nothing is sent before the first call.
 * @param timing for tests: shorter times than the client's own
 * @param gate what lets calls start, where the pace is shared; without it, this connection has the cloud for itself
 */
export function connectCloud(
  connection: CloudConnection,
  observer?: CallObserver,
  timing: Partial<Timing> = {},
  limiter: Limiter = ownLimiter(connection),
): Cloud {
  const session = new SharedSession(connection, { ...defaultTiming, ...timing }, limiter)
  return new CloudView(session, observer === undefined ? [] : [observer])
}

/** A pace that is shared with no other process. */
function ownLimiter(connection: CloudConnection): Limiter {
  const { inFlight, requestsPerSecond } = { ...defaultLimits, ...connection }
  return new Pace(inFlight, requestsPerSecond)
}

class CloudView implements Cloud {
  readonly name: string
  readonly timeoutMs: number
  readonly #session: SharedSession
  readonly #observers: readonly CallObserver[]

  constructor(session: SharedSession, observers: readonly CallObserver[]) {
    this.name = session.name
    this.timeoutMs = session.timeoutMs
    this.#session = session
    this.#observers = observers
  }

  async call<T>(request: CloudRequest): Promise<T> {
    return (await this.#session.call(request, this.#observers)) as T
  }

  list<T>(request: ListRequest, collection: string): Promise<readonly T[]> {
    return listAll<T>(this, request, collection)
  }

  observed(observer: CallObserver): Cloud {
    return new CloudView(this.#session, [...this.#observers, observer])
  }

  async whoami() {
    const { projectId, userId, domainId } = await this.#session.signedIn(this.#observers)
    return { projectId, userId, domainId }
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
