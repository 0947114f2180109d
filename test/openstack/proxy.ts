import { once } from "node:events"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { record } from "../cloud/wire.ts"

/** A proxy before a cloud that can refuse calls in its place. */
export interface CloudProxy {
  /** Keystone's address at the proxy; the catalog has addresses at the proxy, too. */
  readonly authUrl: string
  /** Returns the body of a 409; undefined passes the call on to the cloud. */
  refuse: (method: string, path: string) => object | undefined
  close(): Promise<void>
}

/** Headers of one connection. */
const ofConnection = new Set([
  "connection",
  "content-length",
  "host",
  "transfer-encoding",
  "content-encoding",
])

/** @param authUrl Keystone's own address */
export async function openProxy(authUrl: string): Promise<CloudProxy> {
  const origins = new Map([["identity", new URL(authUrl).origin]])
  let refuse: CloudProxy["refuse"] = () => undefined
  const server = createServer(async (request, response) => {
    const [, service = "", path = ""] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? "") ?? []
    const method = request.method ?? "GET"
    const body = await read(request)
    const refusal = refuse(method, path)
    if (refusal !== undefined) {
      response.writeHead(409, { "content-type": "application/json" }).end(JSON.stringify(refusal))
      return
    }
    try {
      const answer = await fetch(`${origins.get(service)}${path}`, {
        method,
        headers: Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
          ofConnection.has(name) || value === undefined ? [] : [[name, String(value)]],
        ),
        ...(body !== "" && { body }),
      })
      const text = await answer.text()
      const kept = [...answer.headers].filter(([name]) => !ofConnection.has(name))
      response.writeHead(answer.status, Object.fromEntries(kept))
      response.end(answer.headers.has("x-subject-token") ? throughProxy(text, base(), origins) : text)
    } catch {
      response.destroy()
    }
  })
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    authUrl: `${base()}/identity${new URL(authUrl).pathname}`,
    get refuse() {
      return refuse
    },
    set refuse(next) {
      refuse = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ""
  for await (const part of request.setEncoding("utf8")) text += part
  return text
}

/** Rewrites Keystone's response to a sign-in: every service of the catalog is behind the proxy. */
function throughProxy(text: string, base: string, origins: Map<string, string>): string {
  const token = record(record(JSON.parse(text)).token)
  const catalog = (Array.isArray(token.catalog) ? token.catalog : []).map(record).map((service) => ({
    ...service,
    endpoints: (Array.isArray(service.endpoints) ? service.endpoints : []).map(record).map((endpoint) => {
      const { origin, pathname } = new URL(String(endpoint.url))
      origins.set(String(service.type), origin)
      return { ...endpoint, url: `${base}/${service.type}${pathname}` }
    }),
  }))
  return JSON.stringify({ token: { ...token, catalog } })
}
