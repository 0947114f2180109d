import { isJsonObject, type JsonObject, parseJsonOrUndefined } from "./json.ts"
import type { HttpResponse } from "./transport.ts"

/** What a response of status 3xx, 4xx or 5xx contains. */
export interface ErrorResponse {
  readonly message: string
  /** Neutron's exception, or the key of Nova's and Cinder's body (`OverQuota`, `badRequest`), or "". */
  readonly type: string
  /** The delay that the cloud requires before the next request, where it names one. */
  readonly retryAfterMs: number | undefined
}

export function parseErrorResponse(response: HttpResponse): ErrorResponse {
  const { message, type, retryAfter } = readBody(response.text)
  return { message, type, retryAfterMs: retryAfterMs(response.headers, retryAfter) }
}

export function requestIdOf(headers: HttpResponse["headers"]): string {
  return headers["x-openstack-request-id"] ?? headers["x-compute-request-id"] ?? ""
}

function readBody(text: string): { message: string; type: string; retryAfter?: string } {
  const body = parseJsonOrUndefined(text)
  if (!isJsonObject(body)) return { message: plainText(text), type: "" }
  const [key = "", inner] = Object.entries(body).find(([, value]) => isJsonObject(value)) ?? []
  // {"NeutronError": {"type", "message"}}, {"badRequest": {"code", "message"}}, Keystone's {"error": {...}}
  if (isJsonObject(inner)) {
    const type = key === "error" ? "" : key === "NeutronError" ? textOf(inner.type) : key
    return { message: messageIn(inner) || plainText(text), type, retryAfter: textOf(inner.retryAfter) }
  }
  // {"NeutronError": "text"}, and the flat bodies of Glance, WSME and API gateways
  const message = textOf(body.NeutronError) || textOf(body.error) || messageIn(body)
  return { message: plainText(message || text), type: textOf(body.type) }
}

function messageIn(body: JsonObject): string {
  const { message, detail, faultstring, title, error_msg } = body
  return [message, faultstring, error_msg, detail, title].map(textOf).find((text) => text !== "") ?? ""
}

/** Headers come before Cinder's and Nova's `retryAfter`. A delay of 0 counts as none. */
function retryAfterMs(headers: HttpResponse["headers"], inBody: string | undefined): number | undefined {
  const now = Date.parse(headers.date ?? "") || Date.now()
  for (const value of [headers["retry-after"], headers["x-ratelimit-reset"], inBody]) {
    const delay = value === undefined ? Number.NaN : delayMs(value, now)
    if (delay > 0) return delay
  }
  return undefined
}

const EPOCH_SECONDS = 1e9 // as a delay it would be 31 years
const EPOCH_MILLISECONDS = 1e12

/** Reads a number of seconds, seconds or milliseconds since 1970, or an HTTP date. */
function delayMs(value: string, now: number): number {
  const number = Number(value)
  if (value.trim() === "") return Number.NaN
  if (Number.isNaN(number)) return Date.parse(value) - now
  if (number >= EPOCH_MILLISECONDS) return number - now
  if (number >= EPOCH_SECONDS) return number * 1_000 - now
  return number * 1_000
}

/** Returns the words of an HTML page; other text stays as it is. */
function plainText(text: string): string {
  return text
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^<>]*>/g, " ")
    .replace(/&nbsp;/g, " ")
}

function textOf(value: unknown): string {
  if (typeof value === "number") return String(value)
  return typeof value === "string" ? value : ""
}
