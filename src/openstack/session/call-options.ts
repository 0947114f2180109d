import { unlessAborted } from "../http/abortable.ts"
import type { Cloud, CloudRequest } from "../types.ts"

/** On whose behalf calls are made. */
export type Caller = Pick<CloudRequest, "signal" | "drain" | "flow">

function unlessStopped<T>(work: Promise<T>, signals: readonly (AbortSignal | undefined)[]): Promise<T> {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length === 0 ? work : unlessAborted(work, AbortSignal.any(given))
}

/** The same cloud, whose calls all are of one caller: they end with its signal and take turns as its flow. */
export function calledBy(cloud: Cloud, caller: Caller): Cloud {
  const given = <Request extends Omit<CloudRequest, "method" | "body">>(request: Request) => ({
    ...caller,
    ...request,
  })
  return {
    name: cloud.name,
    timeoutMs: cloud.timeoutMs,
    call: (request) => cloud.call(given(request)),
    list: (request, collection) => cloud.list(given(request), collection),
    observed: (observer) => calledBy(cloud.observed(observer), caller),
    // The sign-in is shared with other callers, and goes on without this one.
    whoami: () => unlessStopped(cloud.whoami(), [caller.signal, caller.drain]),
    close: () => cloud.close(),
  }
}
