import { cloudErrors, ReplicationError, type Retry } from "../../errors.ts"
import type { Service } from "../types.ts"
import { adviceOn } from "./remediation.ts"

/** What is known of a call that failed. */
export interface CloudFailure {
  readonly cloud: string
  readonly service: Service
  readonly method: string
  /** Path without the query. */
  readonly path: string
  /** 0 where no answer came. */
  readonly status: number
  /** The cloud's own words, e.g. `Quota exceeded for resources: ['network'].` */
  readonly cloudMessage: string
  /** The cloud's error type where it gives one, e.g. `OverQuota`. */
  readonly type: string
  /** `x-openstack-request-id`, "" where there is none. */
  readonly requestId: string
  readonly retry: Retry
  /**
   * true where the request may have taken effect although it failed: the connection broke or the time ran out
   * after it was sent, or the answer was 5xx. A create is then looked for before it is tried again.
   */
  readonly uncertain: boolean
  /** The cloud asked to wait for so long, in milliseconds from now, which was longer than the call may wait. */
  readonly pauseMs?: number
  /** Set where nothing was asked, because the cloud's catalog has no such service. */
  readonly absent?: true
  /** Set where an application credential has signed in: it has the roles that it was made with. */
  readonly delegated?: true
}

/** A cloud refused a call, or could not be asked. The message names cloud, call, status and request id; never a secret. */
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
  const advice = adviceOn(failure)
  const answer = status === 0 ? "no answer" : `answered ${status}`
  const call = advice?.whole && status === 0 ? "" : `${service} ${method} ${path} ${answer}: `
  const id = requestId === "" ? "" : ` (${requestId})`
  const said = `${cloud}: ${call}${advice === undefined ? cloudMessage : cloudMessage.replace(/\.+$/, "")}${id}`
  return advice === undefined ? said : `${said}. ${advice.text}`
}

/** A refusal's message without its request id, in which alone refusals of many objects for one cause differ. */
export function causeOf(message: string): string {
  return message.replaceAll(/ \(req-[\w-]+\)/g, "")
}
