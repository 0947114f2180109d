import type { IncomingMessage } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Certificate } from "./certificate.ts"

export interface TlsFront {
  /** `https://127.0.0.1:PORT` */
  readonly base: string
  use(certificate: Certificate): void
  close(): Promise<void>
}

const requestHeaders = ["accept", "content-type", "x-auth-token"]
const responseHeaders = ["content-type", "x-subject-token", "x-openstack-request-id"]

/** Starts a TLS proxy before a cloud, as many clouds have one; the catalog has its address. */
export async function tlsFront(cloud: string, certificate: Certificate): Promise<TlsFront> {
  const server = createServer({ ...certificate }, async (request, response) => {
    const body = await read(request)
    const answer = await fetch(cloud + request.url, {
      method: request.method ?? "GET",
      headers: requestHeaders.flatMap((name): [string, string][] => {
        const value = request.headers[name]
        return typeof value === "string" ? [[name, value]] : []
      }),
      ...(body !== "" && { body }),
    })
    for (const name of responseHeaders) {
      const value = answer.headers.get(name)
      if (value !== null) response.setHeader(name, value)
    }
    response.writeHead(answer.status).end((await answer.text()).replaceAll(cloud, front.base))
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const front: TlsFront = {
    base: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (other) => server.setSecureContext({ ...other }),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
  return front
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}
