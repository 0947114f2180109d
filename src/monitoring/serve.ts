import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { collectDefaultMetrics, Registry } from "prom-client"
import type { Health } from "./health.ts"
import { metricsType } from "./metrics.ts"

/** A process that reports its health and its metrics, e.g. the worker that `startWorker` returns. */
export interface Monitored {
  /** Returns whether the process can do its work. */
  health(): Promise<Health>
  /** Returns the metrics in Prometheus' text format. */
  metrics(): Promise<string>
}

/** The server that `serveMonitoring` started. */
export interface MonitoringServer {
  /** Scheme, host and port, e.g. "http://127.0.0.1:9090". */
  readonly url: string
  /** Stops listening and closes all connections. */
  close(): Promise<void>
}

/** Where `serveMonitoring` listens. */
export interface MonitoringAddress {
  /** TCP port; 0 means any free port. A port in use makes the start fail. */
  readonly port: number
  /**
   * Address to listen on. The metrics cover all customers: protect an address that others can reach by a firewall.
   * @default "127.0.0.1"
   */
  readonly host?: string
}

/**
 * Serves health and metrics of a process that has no HTTP server: `/health/live`, `/health/ready` (503 while a check
 * fails) and `/metrics`, which includes those of the process itself (memory, event loop).
 * @throws Error of Node, e.g. EADDRINUSE, where it cannot listen on the address
 * @example
 * ```ts
 * const worker = await startWorker({ pool })
 * const monitoring = await serveMonitoring(worker, { port: 9090 })
 * ```
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
  const { port: actualPort, family, address } = server.address() as AddressInfo
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${actualPort}`,
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
