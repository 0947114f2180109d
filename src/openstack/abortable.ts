import type { Cloud, CloudRequest } from "./types.ts"

/** The same cloud, whose calls are given up when the signal aborts, waiting ones and those under way. */
export function abortable(cloud: Cloud, signal: AbortSignal): Cloud {
  const given = <Request extends Omit<CloudRequest, "method" | "body">>(request: Request) => ({
    signal,
    ...request,
  })
  return {
    name: cloud.name,
    call: (request) => cloud.call(given(request)),
    list: (request, collection) => cloud.list(given(request), collection),
    observed: (observer) => abortable(cloud.observed(observer), signal),
    whoami: () => cloud.whoami(),
    close: () => cloud.close(),
  }
}
