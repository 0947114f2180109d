import type { Answer } from "./transport.ts"

/** What an answer that is no success says. */
export interface Fault {
  readonly message: string
  /** Neutron's exception or nova's and cinder's key (`OverQuota`, `badRequest`); "" where there is none. */
  readonly type: string
  /** How long the cloud asks to wait; undefined where it does not say. */
  readonly waitMs: number | undefined
}

type Json = Readonly<Record<string, unknown>>

export function readFault(answer: Answer): Fault {
  const { message, type, retryAfter } = readBody(answer.text)
  return { message, type, waitMs: waitMs(answer.headers, retryAfter) }
}

export function requestIdOf(headers: Answer["headers"]): string {
  return headers["x-openstack-request-id"] ?? headers["x-compute-request-id"] ?? ""
}

function readBody(text: string): { message: string; type: string; retryAfter?: string } {
  const body = parse(text)
  if (!isObject(body)) return { message: plain(text), type: "" }
  const [key = "", inner] = Object.entries(body).find(([, value]) => isObject(value)) ?? []
  // {"NeutronError": {"type", "message"}}, {"badRequest": {"code", "message"}}, keystone's {"error": {...}}
  if (isObject(inner)) {
    const type = key === "error" ? "" : key === "NeutronError" ? string(inner.type) : key
    return { message: wordsOf(inner) || plain(text), type, retryAfter: string(inner.retryAfter) }
  }
  // {"NeutronError": "text"}, and the flat shapes of glance, WSME and gateways
  const message = string(body.NeutronError) || string(body.error) || wordsOf(body)
  return { message: plain(message || text), type: string(body.type) }
}

function wordsOf(json: Json): string {
  const { message, detail, faultstring, title } = json
  return [message, faultstring, json.error_msg, detail, title].map(string).find((words) => words !== "") ?? ""
}

/** Headers first, then cinder's and nova's `retryAfter`; 0 says nothing. */
function waitMs(headers: Answer["headers"], inBody: string | undefined): number | undefined {
  const now = Date.parse(headers.date ?? "") || Date.now()
  for (const value of [headers["retry-after"], headers["x-ratelimit-reset"], inBody]) {
    const wait = value === undefined ? Number.NaN : delay(value, now)
    if (wait > 0) return wait
  }
  return undefined
}

const EPOCH_SECONDS = 1e9 // as a delay it would be 31 years
const EPOCH_MILLISECONDS = 1e12

/** Seconds, seconds or milliseconds since 1970, or an HTTP date. */
function delay(value: string, now: number): number {
  const number = Number(value)
  if (value.trim() === "") return Number.NaN
  if (Number.isNaN(number)) return Date.parse(value) - now
  if (number >= EPOCH_MILLISECONDS) return number - now
  if (number >= EPOCH_SECONDS) return number * 1_000 - now
  return number * 1_000
}

/** The words of an HTML page, or of plain text. */
function plain(text: string): string {
  return text
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^<>]*>/g, " ")
    .replace(/&nbsp;/g, " ")
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function string(value: unknown): string {
  if (typeof value === "number") return String(value)
  return typeof value === "string" ? value : ""
}
