import { cloudErrors, ReplicationError } from "../../errors.ts"
import type { CloudFailure } from "./call-failure.ts"
import { remediationFor } from "./remediation.ts"

/**
 * A call to a cloud failed. The message names the cloud, the call, the cloud's words and request id, then what to do;
 * it never contains a secret.
 *
 * @example
 * north: network POST /ports answered 409: Quota exceeded for resources: ['port'] (req-1). Raise this quota of the
 * destination project or delete what uses it, then retry.
 */
export class CloudError extends ReplicationError {
  override readonly name = "CloudError"
  readonly failure: CloudFailure

  constructor(failure: CloudFailure, options?: ErrorOptions) {
    super(failure.retry === "no" ? cloudErrors.refused : cloudErrors.unavailable, describe(failure), options)
    this.failure = failure
  }
}

function describe(failure: CloudFailure): string {
  const { cloud, service, method, path, status, cloudMessage, requestId } = failure
  const remediation = remediationFor(failure)
  const result = status === 0 ? "got no response" : `answered ${status}`
  const call = remediation?.wholeCloud && status === 0 ? "" : `${service} ${method} ${path} ${result}: `
  const id = requestId === "" ? "" : ` (${requestId})`
  if (remediation === undefined) return `${cloud}: ${call}${cloudMessage}${id}`
  return `${cloud}: ${call}${cloudMessage.replace(/\.+$/, "")}${id}. ${remediation.text}`
}

/** Removes request ids from a message: they alone differ where a cloud refuses many objects for one cause. */
export function withoutRequestIds(message: string): string {
  return message.replaceAll(/ \(req-[\w-]+\)/g, "")
}
