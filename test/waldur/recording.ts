import { type Answer, ask } from "../helpers/http.ts"
import { readLines } from "./fixture.ts"

/** One exchange with the original, as it was recorded over HTTP. */
export interface Exchange {
  readonly case: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
  }
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Rows of a list are named by their uuids: they are as the exchange that made them showed them. */
  readonly body: unknown
}

/** What is compared of an answer. */
export interface Shown {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

const comparedHeaders = ["allow", "content-type", "link", "www-authenticate", "x-result-count"]

export function readExchanges(name: string): readonly Exchange[] {
  return readLines<Exchange>(`observed/${name}.jsonl`)
}

/** Keeps what the original's rows are called here, and shows both sides in the original's words. */
export class Translation {
  /** The original's by ours, in every spelling. */
  readonly #uuids = new Map<string, string>()
  readonly #rows = new Map<string, unknown>()
  readonly #site: string

  constructor(site: string) {
    this.#site = site
  }

  /** Sends a recorded request to us. */
  send({ request }: Exchange): Promise<Answer> {
    const { method, path, headers = {}, body } = request
    const raw = typeof body === "string" && !isJsonText(headers, body) ? body : undefined
    return ask(this.#site + this.#toOurs(path), {
      method,
      headers,
      ...(raw !== undefined ? { raw } : body !== undefined && { raw: this.#toOurs(JSON.stringify(body)) }),
    })
  }

  /** The recorded answer. A new row is remembered as it was shown. */
  recorded({ status, headers, body }: Exchange): Shown {
    if (status === 201) this.#rows.set(uuidOf(body), body)
    const whole = Array.isArray(body) ? body.map((one) => this.#rows.get(one.row) ?? one) : body
    return { status, headers: compared((name) => headers[name]), body: withoutTimes(whole) }
  }

  /** Our answer. A new row's uuids are remembered as those of the original's row. */
  ours({ status: recordedStatus, body: recorded }: Exchange, { status, headers, body }: Answer): Shown {
    for (const field of status === 201 ? ["uuid", "dst_resource_uuid"] : []) {
      const original = recordedStatus === 201 ? fieldOf(recorded, field) : `new ${field}`
      for (const spell of spellings) this.#uuids.set(spell(fieldOf(body, field)), spell(original))
    }
    // The recorder kept the first two rows of a page; the headers tell how many there were.
    const cut = Array.isArray(recorded) && recorded.length === 2 && Array.isArray(body)
    const text = this.#toOriginal(JSON.stringify(cut ? body.slice(0, 2) : body))
    const link = headers.get("link")
    const linked = link === null ? undefined : this.#toOriginal(link).replaceAll(this.#site, "http://HOST")
    return {
      status,
      headers: compared((name) => (name === "link" ? linked : (headers.get(name) ?? undefined))),
      body: withoutTimes(withFieldNames(JSON.parse(text))),
    }
  }

  #toOurs(text: string): string {
    let result = text
    for (const [own, original] of this.#uuids) result = result.replaceAll(original, own)
    return result
  }

  #toOriginal(text: string): string {
    let result = text
    for (const [own, original] of this.#uuids) result = result.replaceAll(own, original)
    return result
  }
}

const spellings: readonly ((hex: string) => string)[] = [
  (hex) => hex,
  (hex) => hex.toUpperCase(),
  (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
]

/** The recording holds a body that is no JSON as text, and JSON that is a text as text, too. */
function isJsonText(headers: Readonly<Record<string, string>>, body: string): boolean {
  return headers["content-type"] === "application/json" && !body.startsWith("{")
}

function compared(of: (name: string) => string | undefined): Shown["headers"] {
  return Object.fromEntries(comparedHeaders.map((name) => [name, of(name)]))
}

function uuidOf(body: unknown): string {
  return fieldOf(body, "uuid")
}

function fieldOf(body: unknown, name: string): string {
  return String((body as Readonly<Record<string, unknown>>)[name])
}

/** Of the answer to OPTIONS, the recorder kept the names of the fields. */
function withFieldNames(body: unknown): unknown {
  const { actions } = (body ?? {}) as { readonly actions?: Readonly<Record<string, object>> }
  if (actions === undefined) return body
  const names = Object.entries(actions).map(([method, fields]) => [method, Object.keys(fields)])
  return { ...(body as object), actions: Object.fromEntries(names) }
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/

/** Times are never the same again: only their form is compared. */
function withoutTimes(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (name, value) =>
      (name === "created" || name === "modified") && time.test(String(value)) ? "a time" : value,
    ),
  )
}
