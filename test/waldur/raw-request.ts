import { type Agent, request } from "node:http"

/** A response that takes longer counts as a hanging server. */
const patience = 15_000

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Got {
  readonly status: number
  readonly text: string
}

/** Sends a request unchanged, even an invalid one, which fetch would correct or refuse. */
export function send(site: string, agent: Agent, { method, path, headers, body }: Sent): Promise<Got> {
  return new Promise((done, fail) => {
    const bytes = Buffer.from(body)
    const sent = request(
      `${site}/`,
      {
        method,
        path,
        agent,
        headers: { ...headers, ...(bytes.length > 0 && { "content-length": bytes.length }) },
        signal: AbortSignal.timeout(patience),
      },
      (response) => {
        const parts: Buffer[] = []
        response.on("data", (part) => parts.push(part))
        response.on("end", () =>
          done({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
        )
        response.on("error", fail)
      },
    )
    sent.on("error", fail)
    sent.end(bytes)
  })
}
