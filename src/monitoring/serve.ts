import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { collectDefaultMetrics, Registry } from "prom-client"
import type { Health } from "./health.ts"
import { metricsType } from "./metrics.ts"

/** What can be asked how it is. */
export interface Monitored {
  health(): Promise<Health>
  /** Prometheus' text form. */
  metrics(): Promise<string>
}

export interface MonitoringServer {
  /** Scheme, host and port. */
  readonly url: string
  close(): Promise<void>
}

export interface MonitoringAddress {
  /** 0: any free port. */
  readonly port: number
  /**
   * Address to listen on. The metrics tell of all customers' work: an address that others reach belongs behind a
   * firewall. @default "127.0.0.1"
   */
  readonly host?: string
}

/**
 * A small HTTP server for a process without one: `/health/live`, `/health/ready` (503 where something is missing) and
 * `/metrics`, which has those of the process itself (memory, event loop) too.
 */
export async function serveMonitoring(
  monitored: Monitored,
  { port, host = "127.0.0.1" }: MonitoringAddress,
): Promise<MonitoringServer> {
  const own = new Registry()
  collectDefaultMetrics({ register: own })
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    "/health/live": async () => json(200, { status: "ok" }),
    "/health/ready": async () => healthPage(await monitored.health()),
    "/metrics": async () => ({
      status: 200,
      type: metricsType,
      text: `${await own.metrics()}\n${await monitored.metrics()}`,
    }),
  }
  const server = createServer((request, response) => {
    const [path = ""] = (request.url ?? "").split("?")
    const page = pages[path] ?? (async () => json(404, { detail: "Not found." }))
    page()
      .catch(() => json(500, { detail: "A server error occurred." }))
      .then(({ status, type, text }) => {
        response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) })
        response.end(request.method === "HEAD" ? undefined : text)
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  const { port: taken, family, address } = server.address() as AddressInfo
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Page {
  readonly status: number
  readonly type: string
  readonly text: string
}

function json(status: number, body: unknown): Page {
  return { status, type: "application/json; charset=utf-8", text: JSON.stringify(body) }
}

function healthPage(health: Health): Page {
  return json(health.ready ? 200 : 503, health)
}
