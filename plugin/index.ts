import type { FastifyPluginAsync } from "fastify"
import fp from "fastify-plugin"
import { startStageWorker } from "../src/executors/worker/worker.ts"
import { installErrorAnswers } from "./answers.ts"
import { limitBodies, limitRequests } from "./limits.ts"
import { registerMonitoring } from "./monitoring.ts"
import type { ReplicationOptions } from "./options.ts"
import { registerRoutes } from "./routes.ts"
import { prepare } from "./start.ts"

export type { Access, Credentials, User } from "../src/access/types.ts"
export { ReplicationError } from "../src/errors.ts"
export type { SettingsRow } from "../src/executors/clouds/clouds.ts"
export type { RateLimited } from "../src/executors/stage/worker-context.ts"
export type { Log } from "../src/executors/worker/log.ts"
export type { Worker } from "../src/executors/worker/worker.ts"
export type {
  AfterCommit,
  Committed,
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
export type { CallRecord, CloudConnection } from "../src/openstack/types.ts"
export type { RateLimit } from "./limits.ts"
export type { ReplicationOptions } from "./options.ts"
export { type ReplicationWorker, startWorker } from "./start.ts"

/** Replication of OpenStack tenants: routes, worker and tables, on the host's own database. */
const openstackReplication: FastifyPluginAsync<ReplicationOptions> = async (app, options) => {
  const log = options.log ?? app.log
  const { settings, ctx, routes, metrics } = await prepare(options, log)
  await app.register(
    async (scope) => {
      // Bodies are read by the serializers, whose messages are Waldur's; schemas are for the documentation.
      scope.setValidatorCompiler(() => () => true)
      scope.setSerializerCompiler(() => (data) => JSON.stringify(data))
      installErrorAnswers(scope)
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

export default fp(openstackReplication, { name: "waldur-openstack-replication", fastify: "5.x" })
