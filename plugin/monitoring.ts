import { hash, timingSafeEqual } from "node:crypto"
import type { FastifyInstance, FastifyRequest } from "fastify"
import { errors, requestErrors } from "../src/errors.ts"
import type { WorkerContext } from "../src/executors/stage/worker-context.ts"
import { databaseHealth } from "../src/monitoring/health.ts"
import { type Metrics, metricsType } from "../src/monitoring/metrics.ts"
import { errorCodeHeader } from "./error-responses.ts"
import type { ReplicationOptions } from "./options.ts"
import { hidden } from "./schemas/operations.ts"

// Probes and scrapers call these routes every few seconds; a log line for each call would hide the others.
const routeOptions = { schema: hidden, logLevel: "warn" } as const

interface Sources {
  readonly ctx: WorkerContext
  readonly metrics: Metrics
}

/**
 * Registers the routes for probes and Prometheus. They are not part of the API and no user authenticates to them.
 * @throws INVALID_OPTION
 */
export function registerMonitoring(
  app: FastifyInstance,
  { health, metrics }: Pick<ReplicationOptions, "health" | "metrics">,
  sources: Sources,
): void {
  if (health !== undefined) registerHealth(app, health, sources)
  if (metrics !== undefined) registerMetrics(app, metrics, sources)
}

function registerHealth(
  app: FastifyInstance,
  { path }: NonNullable<ReplicationOptions["health"]>,
  { ctx }: Sources,
): void {
  checkPath("health", path)
  app.get(`${path}/live`, routeOptions, async () => ({ status: "ok" }))
  app.get(`${path}/ready`, routeOptions, async (_, reply) => {
    const health = await databaseHealth(ctx.db, ctx.queueSchema)
    return reply.code(health.ready ? 200 : 503).send(health)
  })
}

function registerMetrics(
  app: FastifyInstance,
  { path, token }: NonNullable<ReplicationOptions["metrics"]>,
  { metrics }: Sources,
): void {
  checkPath("metrics", path)
  if (token === "") {
    throw errors.invalidOption(
      "metrics.token is empty. Set a token, or omit it to serve metrics to everybody.",
    )
  }
  app.get(path, routeOptions, async (request, reply) => {
    if (token !== undefined && !hasToken(request, token)) {
      return reply
        .code(401)
        .header("WWW-Authenticate", "Bearer")
        .header(errorCodeHeader, requestErrors.notAuthenticated.code)
        .send({ detail: "Invalid token." })
    }
    return reply.type(metricsType).send(await metrics.text())
  })
}

/** @throws INVALID_OPTION */
function checkPath(option: string, path: string): void {
  if (/^\/\S*[^/\s]$/.test(path)) return
  throw errors.invalidOption(
    `${option}.path is "${path}". It must be a path such as /${option}, without a trailing slash.`,
  )
}

/** Compares digests of equal length in constant time, so that the duration reveals nothing about the token. */
function hasToken({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => hash("sha256", text, "buffer")
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`))
}
