import type { Cloud, CloudRequest } from "./types.ts"

/** On whose behalf calls are made. */
export type Caller = Pick<CloudRequest, "signal" | "flow">

/** The same cloud, whose calls all are of one caller: they end with its signal and take turns as its flow. */
export function calledBy(cloud: Cloud, caller: Caller): Cloud {
  const given = <Request extends Omit<CloudRequest, "method" | "body">>(request: Request) => ({
    ...caller,
    ...request,
  })
  return {
    name: cloud.name,
    call: (request) => cloud.call(given(request)),
    list: (request, collection) => cloud.list(given(request), collection),
    observed: (observer) => calledBy(cloud.observed(observer), caller),
    whoami: () => cloud.whoami(),
    close: () => cloud.close(),
  }
}
