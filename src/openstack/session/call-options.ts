import type { Cloud, CloudRequest } from "../cloud/types.ts"
import { abortable } from "../http/abortable.ts"

/** Options that several calls have in common. */
export type CallOptions = Pick<CloudRequest, "signal" | "drain" | "fairnessKey">

/** Returns the same cloud, whose every call has these options unless it sets its own. */
export function withCallOptions(cloud: Cloud, options: CallOptions): Cloud {
  const complete = <Request extends Omit<CloudRequest, "method" | "body">>(request: Request) => ({
    ...options,
    ...request,
  })
  return {
    name: cloud.name,
    timeoutMs: cloud.timeoutMs,
    call: (request) => cloud.call(complete(request)),
    list: (request, collection) => cloud.list(complete(request), collection),
    withObserver: (observer) => withCallOptions(cloud.withObserver(observer), options),
    // Other callers share the sign-in: it continues when this caller is aborted.
    whoami: () => abortableBy(cloud.whoami(), [options.signal, options.drain]),
    close: () => cloud.close(),
  }
}

function abortableBy<T>(work: Promise<T>, signals: readonly (AbortSignal | undefined)[]): Promise<T> {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length === 0 ? work : abortable(work, AbortSignal.any(given))
}
