import "./node-version.ts"

import type { FastifyPluginAsync } from "fastify"
import fp from "fastify-plugin"
import { startStageWorker } from "../src/executors/worker/worker.ts"
import { handleErrors } from "./error-responses.ts"
import { limitBodies, limitRequests } from "./limits.ts"
import { registerMonitoring } from "./monitoring.ts"
import type { ReplicationOptions } from "./options.ts"
import { registerRoutes } from "./routes.ts"
import { prepare } from "./start.ts"

export type { Access, Credentials, User, WantedOrder } from "../src/access/types.ts"
export { ReplicationError, type Retry } from "../src/errors.ts"
export type { RateLimited } from "../src/executors/clouds/clouds.ts"
export type { SettingsRow } from "../src/executors/clouds/settings.ts"
export type { Log } from "../src/executors/worker/log.ts"
export type { Worker } from "../src/executors/worker/worker.ts"
export type {
  AfterCommit,
  Committed,
  HandlerName,
  HandlerSwitches,
  Hooks,
  MigrationRow,
  OrderRow,
  PostSave,
  ResourceRow,
  Saved,
} from "../src/handlers/index.ts"
export type { Health } from "../src/monitoring/health.ts"
export {
  type Monitored,
  type MonitoringAddress,
  type MonitoringServer,
  serveMonitoring,
} from "../src/monitoring/serve.ts"
export type { CallRecord, CloudConnection } from "../src/openstack/cloud/types.ts"
export type { RateLimit } from "./limits.ts"
export type { ReplicationOptions } from "./options.ts"
export { type ReplicationWorker, startWorker } from "./start.ts"

const openstackReplication: FastifyPluginAsync<ReplicationOptions> = async (app, options) => {
  const log = options.log ?? app.log
  const { settings, ctx, routes, metrics } = await prepare(options, log)
  await app.register(
    async (scope) => {
      // Serializers parse the bodies, because their messages are Waldur's. Schemas only document.
      scope.setValidatorCompiler(() => () => true)
      scope.setSerializerCompiler(() => (data) => JSON.stringify(data))
      handleErrors(scope)
      limitBodies(scope, settings.bodyLimit)
      registerRoutes(scope, routes, await limitRequests(scope, settings.rateLimit ?? {}))
    },
    { prefix: settings.prefix },
  )
  registerMonitoring(app, settings, { ctx, metrics })
  const worker = settings.worker
    ? await startStageWorker(ctx, { pool: options.pool, concurrency: settings.concurrency, log })
    : undefined
  app.addHook("onClose", async () => {
    await worker?.stop()
    await ctx.clouds.close()
  })
}

/**
 * Fastify plugin that replicates OpenStack tenants: API, worker and tables, on the host's own database. Closing the
 * server stops its worker; end the pool afterwards.
 * @throws ReplicationError HOST_TABLES where the host's database lacks tables or columns; OUTDATED_TABLES or
 * NEWER_TABLES where the plugin's own tables are of another version; DATABASE_DOWN; INVALID_OPTION
 * @example
 * ```ts
 * import fastify from "fastify"
 * import pg from "pg"
 * import openstackReplication from "waldur-openstack-replication"
 *
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
 * const app = fastify({ logger: true })
 * await app.register(openstackReplication, { pool })
 * await app.listen({ port: 3000 })
 * ```
 */
export default fp(openstackReplication, { name: "waldur-openstack-replication", fastify: "5.x" })
