import { defaultLimits } from "../cloud/default-limits.ts"
import type { CallObserver, Cloud, CloudConnection, CloudRequest } from "../cloud/types.ts"
import { defaultTiming, type Timing } from "../http/timing.ts"
import type { Limiter } from "../limiter/limiter.ts"
import { LocalLimiter } from "../limiter/local-limiter.ts"
import { type ListRequest, listAll } from "./pages.ts"
import { Session } from "./session.ts"

/**
 * Creates the client of one cloud. Nothing is sent before the first call.
 * @param observer called after every try of every call
 * @param timing for tests: shorter times than the client's own
 * @param limiter the rate limit, where it is shared with other processes. @default one of this client alone
 */
export function connectCloud(
  connection: CloudConnection,
  observer?: CallObserver,
  timing: Partial<Timing> = {},
  limiter: Limiter = localLimiter(connection),
): Cloud {
  const session = new Session(connection, { ...defaultTiming, ...timing }, limiter)
  return new CloudClient(session, observer === undefined ? [] : [observer])
}

function localLimiter(connection: CloudConnection): Limiter {
  const { inFlight, requestsPerSecond } = { ...defaultLimits, ...connection }
  return new LocalLimiter(inFlight, requestsPerSecond)
}

class CloudClient implements Cloud {
  readonly name: string
  readonly timeoutMs: number
  readonly #session: Session
  readonly #observers: readonly CallObserver[]

  constructor(session: Session, observers: readonly CallObserver[]) {
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

  withObserver(observer: CallObserver): Cloud {
    return new CloudClient(this.#session, [...this.#observers, observer])
  }

  async whoami() {
    const { projectId, userId, domainId } = await this.#session.signIn(this.#observers)
    return { projectId, userId, domainId }
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
