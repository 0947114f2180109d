import fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify"
import openstackReplication, { type ReplicationOptions } from "../plugin/index.ts"
import { sendPlainJson } from "../plugin/negotiation.ts"
import { hostApi } from "./api/index.ts"
import { allowOrigins } from "./cors.ts"
import { documentApi } from "./documentation.ts"

export interface ServerOptions extends ReplicationOptions {
  /** Origins whose pages may call the API, e.g. `http://localhost:8001` of a front end. @default none */
  readonly origins?: readonly string[]
}

/** The reference host: a marketplace server that mounts the plugin. */
export async function buildServer(
  { origins = [], ...options }: ServerOptions,
  logger: FastifyServerOptions["logger"] = { level: process.env.LOG_LEVEL ?? "warn" },
): Promise<FastifyInstance> {
  const app = fastify({ logger })
  sendPlainJson(app)
  allowOrigins(app, origins)
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ detail: "Not found." }))
  app.get("/", async () => ({
    name: "Reference host of waldur-openstack-replication",
    migrations: "/api/openstack-migrations/",
    health: "/health/ready",
    metrics: "/metrics",
  }))
  await documentApi(app)
  await app.register(openstackReplication, {
    health: { path: "/health" },
    metrics: { path: "/metrics" },
    ...options,
  })
  await app.register(hostApi, { pool: options.pool })
  return app
}
