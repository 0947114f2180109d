import type { Retry } from "../../errors.ts"
import type { Service } from "../cloud/types.ts"

/** What is known of a call that failed. */
export interface CloudFailure {
  /** Name of the cloud. */
  readonly cloud: string
  readonly service: Service
  readonly method: string
  /** Path without the query. */
  readonly path: string
  /** 0 without a response. */
  readonly status: number
  /** The cloud's own words, e.g. `Quota exceeded for resources: ['network'].`, or why there was no response. */
  readonly cloudMessage: string
  /** The cloud's type of error where it sends one, e.g. `OverQuota`. */
  readonly type: string
  /** `x-openstack-request-id`, or "". */
  readonly requestId: string
  readonly retry: Retry
  /**
   * Whether the request may have taken effect although it failed: the connection broke or the time limit passed after it
   * was sent, or the status was 5xx. A created object is then looked for before it is created again.
   */
  readonly uncertain: boolean
  /** The pause that the cloud requested, in milliseconds from now, where it was longer than the call may wait. */
  readonly pauseMs?: number
  /** Set where no request was sent, because the cloud's catalog lacks the service. */
  readonly notInCatalog?: true
  /** Set where an application credential signed in: its roles cannot be changed afterwards. */
  readonly usesApplicationCredential?: true
}
