import { hash, timingSafeEqual } from "node:crypto"
import type { FastifyInstance, FastifyRequest } from "fastify"
import { errors } from "../src/errors.ts"
import type { WorkerContext } from "../src/executors/stage/worker-context.ts"
import { databaseHealth } from "../src/monitoring/health.ts"
import { type Metrics, metricsType } from "../src/monitoring/metrics.ts"
import type { ReplicationOptions } from "./options.ts"
import { hidden } from "./schemas/operations.ts"

/** Routes for machines that watch the host. They are outside the API: no user signs in to them. */
export function registerMonitoring(
  app: FastifyInstance,
  { health, metrics: asked }: Pick<ReplicationOptions, "health" | "metrics">,
  { ctx, metrics }: { readonly ctx: WorkerContext; readonly metrics: Metrics },
): void {
  // They are asked every few seconds, which is not worth a line each.
  const quiet = { schema: hidden, logLevel: "warn" } as const
  if (health !== undefined) {
    const path = pathOf("health", health.path)
    app.get(`${path}/live`, quiet, async () => ({ status: "ok" }))
    app.get(`${path}/ready`, quiet, async (_, reply) => {
      const found = await databaseHealth(ctx.db, ctx.queueSchema)
      return reply.code(found.ready ? 200 : 503).send(found)
    })
  }
  if (asked !== undefined) {
    const { token } = asked
    if (token === "")
      throw errors.invalidOption("metrics.token is empty; leave it out where nobody has to sign in.")
    app.get(pathOf("metrics", asked.path), quiet, async (request, reply) => {
      if (token !== undefined && !bears(request, token)) {
        return reply.code(401).header("WWW-Authenticate", "Bearer").send({ detail: "Invalid token." })
      }
      return reply.type(metricsType).send(await metrics.text())
    })
  }
}

function pathOf(option: string, path: string): string {
  if (/^\/\S*[^/\s]$/.test(path)) return path
  throw errors.invalidOption(
    `${option}.path is a path such as /${option}, without a slash at its end, not "${path}".`,
  )
}

/** In a time that says nothing of how much of a wrong token was right. */
function bears({ headers }: FastifyRequest, token: string): boolean {
  const digest = (text: string) => hash("sha256", text, "buffer")
  return timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`))
}
