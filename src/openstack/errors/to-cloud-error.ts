import type { Retry } from "../../errors.ts"
import { requestIdOf } from "../http/error-response.ts"
import type { Answer } from "../http/transport.ts"
import type { CloudConnection, CloudRequest } from "../types.ts"
import { CloudError } from "./cloud-error.ts"
import { presentable } from "./redact.ts"

/** How a call ended that did not succeed. */
export interface Ending {
  readonly message: string
  readonly retry: Retry
  readonly uncertain: boolean
  readonly type?: string
  /** The last answer, where there was one. */
  readonly answer?: Answer | undefined
  readonly token?: string | undefined
  readonly pauseMs?: number | undefined
  readonly absent?: boolean
}

interface Failed extends Pick<CloudRequest, "service" | "method" | "path"> {
  /** What the error must not repeat, beside password and token. */
  readonly secrets: readonly string[]
}

export function failure(
  connection: Pick<CloudConnection, "name" | "password" | "applicationCredential">,
  call: Failed,
  ending: Ending,
): CloudError {
  const { message, retry, uncertain, type = "", answer, token, pauseMs, absent } = ending
  const { password, applicationCredential } = connection
  const secrets = [password, applicationCredential?.secret ?? "", token ?? "", ...call.secrets].filter(
    (secret) => secret !== "",
  )
  return new CloudError({
    cloud: connection.name,
    service: call.service,
    method: call.method,
    path: call.path,
    status: answer?.status ?? 0,
    cloudMessage: presentable(message, secrets),
    type,
    requestId: answer === undefined ? "" : requestIdOf(answer.headers),
    retry,
    uncertain,
    ...(pauseMs !== undefined && { pauseMs }),
    ...(absent && { absent }),
    ...(applicationCredential !== undefined && { delegated: true as const }),
  })
}
