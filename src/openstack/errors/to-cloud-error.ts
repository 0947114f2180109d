import type { CloudConnection, CloudRequest } from "../cloud/types.ts"
import type { CloudFailure } from "./call-failure.ts"
import { CloudError } from "./cloud-error.ts"
import { redact } from "./redact.ts"

/** The call that failed. */
interface FailedCall extends Pick<CloudRequest, "service" | "method" | "path"> {
  /** What the error must not repeat, besides password, token and the secret of an application credential. */
  readonly secrets: readonly string[]
}

/** How the call failed. */
export interface FailureReason extends Pick<CloudFailure, "retry" | "uncertain"> {
  /** The cloud's words, or ours; secrets are removed here. */
  readonly message: string
  /** @default "" */
  readonly type?: string
  /** Of the last response. @default 0: there was none */
  readonly status?: number | undefined
  /** Of the last response. @default "" */
  readonly requestId?: string | undefined
  readonly token?: string | undefined
  readonly pauseMs?: number | undefined
  readonly notInCatalog?: boolean
}

/** Makes the error of a failed call: removes secrets from its words and adds what is known of cloud and call. */
export function toCloudError(
  connection: Pick<CloudConnection, "name" | "password" | "applicationCredential">,
  call: FailedCall,
  reason: FailureReason,
): CloudError {
  const { message, retry, uncertain, type = "", status = 0, requestId = "" } = reason
  const { token, pauseMs, notInCatalog } = reason
  const { password, applicationCredential } = connection
  const secrets = [password, applicationCredential?.secret ?? "", token ?? "", ...call.secrets].filter(
    (secret) => secret !== "",
  )
  return new CloudError({
    cloud: connection.name,
    service: call.service,
    method: call.method,
    path: call.path,
    status,
    cloudMessage: redact(message, secrets),
    type,
    requestId,
    retry,
    uncertain,
    ...(pauseMs !== undefined && { pauseMs }),
    ...(notInCatalog && { notInCatalog }),
    ...(applicationCredential !== undefined && { usesApplicationCredential: true as const }),
  })
}
