import type { Retry } from "../../errors.ts"
import { type Fault, readFault } from "./error-response.ts"
import type { Answer, NoAnswer } from "./transport.ts"

/** What to do after one try of a call. */
export interface RetryDecision extends Fault {
  readonly next: "done" | "renew-token" | "slow-down" | "again" | "fail"
  readonly retry: Retry
  readonly uncertain: boolean
}

interface Judged {
  readonly write: boolean
  readonly repeatable: boolean
}

const noFault: Fault = { message: "", type: "", waitMs: undefined }
/** A refusal that Neutron sends as 500: nothing was made, and asking again changes nothing. */
const refusedWith500 = new Set(["VlanTransparencyDriverError"])
const transient = new Set([408, 500, 502, 503, 504])
/** Only wordings that leave no doubt: most conflicts of Neutron stay. */
const passing =
  /(?:please|then) (?:re)?try|try again|retry (?:the|your|this) |another concurrent|concurrent(?:ly)? (?:modif|updat|request|operation)|temporar(?:y|ily) (?:lock|unavail|busy)/i
/** Cinder refuses what is over a quota with 413 and `overLimit` too. */
const quota = /quota|LimitExceeded|maximum number/i

export function classifyResponse(call: Judged, outcome: Answer | NoAnswer): RetryDecision {
  if (!outcome.answered) {
    const uncertain = call.write && outcome.sent
    const again = !outcome.final && (call.repeatable || !outcome.sent)
    return {
      ...noFault,
      message: outcome.reason,
      next: again ? "again" : "fail",
      retry: outcome.retry,
      uncertain,
    }
  }
  const { status } = outcome
  if (status >= 200 && status < 300) return { ...noFault, next: "done", retry: "no", uncertain: false }
  const fault = readFault(outcome)
  if (status === 401) return { ...fault, next: "renew-token", retry: "later", uncertain: false }
  if (asksToSlowDown(outcome, fault)) return { ...fault, next: "slow-down", retry: "later", uncertain: false }
  if (status === 500 && refusedWith500.has(fault.type))
    return { ...fault, next: "fail", retry: "no", uncertain: false }
  if (status >= 500 || status === 408) {
    const next = call.repeatable && transient.has(status) ? "again" : "fail"
    return { ...fault, next, retry: status === 501 ? "no" : "later", uncertain: call.write }
  }
  if (status === 409 && passing.test(fault.message))
    return { ...fault, next: "again", retry: "later", uncertain: false }
  if (status < 400)
    return { ...fault, message: redirect(outcome), next: "fail", retry: "no", uncertain: false }
  return { ...fault, next: "fail", retry: "no", uncertain: false }
}

function asksToSlowDown({ status, headers }: Answer, fault: Fault): boolean {
  if (status === 429 || status === 498) return true
  if (status === 503) return headers["retry-after"] !== undefined
  if (status !== 413 || quota.test(fault.message)) return false
  return fault.type === "overLimit" || headers["retry-after"] !== undefined
}

function redirect({ headers }: Answer): string {
  const to = headers.location
  if (to === undefined || !URL.canParse(to)) return "redirects elsewhere, which is not followed"
  return `redirects to ${new URL(to).host}, which is not followed`
}
