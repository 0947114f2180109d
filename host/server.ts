import fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify"
import openstackReplication, { type ReplicationOptions } from "../plugin/index.ts"
import { hostApi } from "./api/index.ts"
import { documentApi } from "./documentation.ts"

/** The reference host: a marketplace server that mounts the plugin. */
export async function buildServer(
  options: ReplicationOptions,
  logger: FastifyServerOptions["logger"] = { level: process.env.LOG_LEVEL ?? "warn" },
): Promise<FastifyInstance> {
  const app = fastify({ logger })
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
