import { type Answer, ask } from "../helpers/http.ts"
import { readLines } from "./fixture.ts"

/** A recorded HTTP request to the original and its response. */
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
  /** Rows of a list are recorded by their uuids; their values are those of the exchange that created them. */
  readonly body: unknown
}

/** The part of a response that is compared. */
export interface Shown {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

const comparedHeaders = ["allow", "content-type", "link", "www-authenticate", "x-result-count"]

export function readExchanges(name: string): readonly Exchange[] {
  return readLines<Exchange>(`observed/${name}.jsonl`)
}

/** Maps uuids of the plugin's rows to the original's, so that both sides can be compared. */
export class Translation {
  /** The original's uuids by the plugin's, in every spelling. */
  readonly #uuids = new Map<string, string>()
  readonly #rows = new Map<string, unknown>()
  readonly #site: string

  constructor(site: string) {
    this.#site = site
  }

  /** Sends a recorded request to the plugin. */
  send({ request }: Exchange): Promise<Answer> {
    const { method, path, headers = {}, body } = request
    const raw = typeof body === "string" && !isJsonText(headers, body) ? body : undefined
    return ask(this.#site + this.#toOurs(path), {
      method,
      headers,
      ...(raw !== undefined ? { raw } : body !== undefined && { raw: this.#toOurs(JSON.stringify(body)) }),
    })
  }

  /** Returns the recorded response, and keeps a new row as it was shown. */
  recorded({ status, headers, body }: Exchange): Shown {
    if (status === 201) this.#rows.set(uuidOf(body), body)
    const whole = Array.isArray(body) ? body.map((one) => this.#rows.get(one.row) ?? one) : body
    return { status, headers: compared((name) => headers[name]), body: withoutTimes(whole) }
  }

  /** Returns the plugin's response, and maps the uuids of a new row to those of the original's row. */
  ours({ status: recordedStatus, body: recorded }: Exchange, { status, headers, body }: Answer): Shown {
    for (const field of status === 201 ? ["uuid", "dst_resource_uuid"] : []) {
      const original = recordedStatus === 201 ? fieldOf(recorded, field) : `new ${field}`
      for (const spell of spellings) this.#uuids.set(spell(fieldOf(body, field)), spell(original))
    }
    // The recorder kept the first two rows of a page; the headers have the number of rows.
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

/** The recording has a body as text if it is not JSON, or if it is JSON of a text. */
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

/** Of a response to OPTIONS the recorder kept the names of the fields. */
function withFieldNames(body: unknown): unknown {
  const { actions } = (body ?? {}) as { readonly actions?: Readonly<Record<string, object>> }
  if (actions === undefined) return body
  const names = Object.entries(actions).map(([method, fields]) => [method, Object.keys(fields)])
  return { ...(body as object), actions: Object.fromEntries(names) }
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/

/** Of times only the format is compared. */
function withoutTimes(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (name, value) =>
      (name === "created" || name === "modified") && time.test(String(value)) ? "a time" : value,
    ),
  )
}
