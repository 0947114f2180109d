import type { Retry } from "../../errors.ts"
import { type ErrorResponse, parseErrorResponse } from "./error-response.ts"
import type { HttpResponse, NoResponse } from "./transport.ts"

/** What to do after one try of a call. */
export interface RetryDecision extends ErrorResponse {
  /**
   * - `done`: the call succeeded
   * - `renew-token`: sign in again, then retry
   * - `slow-down`: retry after a pause that holds for every call to this cloud
   * - `retry`: retry after a delay
   * - `fail`: throw
   */
  readonly next: "done" | "renew-token" | "slow-down" | "retry" | "fail"
  /** If it fails in the end: what a repetition of the operation can achieve. */
  readonly retry: Retry
  /** Whether the request may have taken effect. */
  readonly uncertain: boolean
}

interface ClassifiedCall {
  readonly write: boolean
  readonly repeatable: boolean
}

const noError: ErrorResponse = { message: "", type: "", retryAfterMs: undefined }
/** Refusals that Neutron sends as 500: nothing was created, and a retry changes nothing. */
const refusedWith500 = new Set(["VlanTransparencyDriverError"])
const transientStatus = new Set([408, 500, 502, 503, 504])
/** Only unambiguous wordings: most conflicts of Neutron do not pass by themselves. */
const transientConflict =
  /(?:please|then) (?:re)?try|try again|retry (?:the|your|this) |another concurrent|concurrent(?:ly)? (?:modif|updat|request|operation)|temporar(?:y|ily) (?:lock|unavail|busy)/i
/** Cinder refuses what exceeds a quota with 413 and `overLimit` too. */
const quota = /quota|LimitExceeded|maximum number/i

/** Decides from one response, or its lack, what to do next. Pure. */
export function classifyResponse(call: ClassifiedCall, result: HttpResponse | NoResponse): RetryDecision {
  if (!result.received) return classifyNoResponse(call, result)
  const { status } = result
  if (status >= 200 && status < 300) return { ...noError, next: "done", retry: "no", uncertain: false }
  const error = parseErrorResponse(result)
  if (status === 401) return { ...error, next: "renew-token", retry: "later", uncertain: false }
  if (isRateLimited(result, error)) return { ...error, next: "slow-down", retry: "later", uncertain: false }
  if (status === 500 && refusedWith500.has(error.type)) return refused(error)
  if (status >= 500 || status === 408) {
    const next = call.repeatable && transientStatus.has(status) ? "retry" : "fail"
    return { ...error, next, retry: status === 501 ? "no" : "later", uncertain: call.write }
  }
  if (status === 409 && transientConflict.test(error.message))
    return { ...error, next: "retry", retry: "later", uncertain: false }
  return refused(status < 400 ? { ...error, message: describeRedirect(result) } : error)
}

function classifyNoResponse(call: ClassifiedCall, { reason, sent, final, retry }: NoResponse): RetryDecision {
  const mayRetry = !final && (call.repeatable || !sent)
  return {
    ...noError,
    message: reason,
    next: mayRetry ? "retry" : "fail",
    retry,
    uncertain: call.write && sent,
  }
}

function refused(error: ErrorResponse): RetryDecision {
  return { ...error, next: "fail", retry: "no", uncertain: false }
}

function isRateLimited({ status, headers }: HttpResponse, error: ErrorResponse): boolean {
  if (status === 429 || status === 498) return true
  if (status === 503) return headers["retry-after"] !== undefined
  if (status !== 413 || quota.test(error.message)) return false
  return error.type === "overLimit" || headers["retry-after"] !== undefined
}

function describeRedirect({ headers }: HttpResponse): string {
  const to = headers.location
  if (to === undefined || !URL.canParse(to)) return "redirects elsewhere, which is not followed"
  return `redirects to ${new URL(to).host}, which is not followed`
}
