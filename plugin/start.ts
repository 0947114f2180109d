import { runMigrations } from "graphile-worker"
import { sql } from "kysely"
import { waldurAccess, waldurAccessUse } from "../src/access/waldur.ts"
import { errors } from "../src/errors.ts"
import type { RateLimited } from "../src/executors/clouds/clouds.ts"
import { openClouds } from "../src/executors/clouds/clouds.ts"
import { batchSizesByCloud } from "../src/executors/stage/batch-size.ts"
import type { WorkerContext } from "../src/executors/stage/worker-context.ts"
import { type Log, queueLogger, stderrLog } from "../src/executors/worker/log.ts"
import { startStageWorker, type Worker } from "../src/executors/worker/worker.ts"
import { createHandlers, type Handler, selectHandlers } from "../src/handlers/index.ts"
import { trackConnections } from "../src/models/connections.ts"
import { type Db, openDatabase } from "../src/models/database.ts"
import { isDatabaseDown } from "../src/models/database-down.ts"
import { migrateOwnTables } from "../src/models/migrate.ts"
import { checkHostTables } from "../src/models/requirements.ts"
import { databaseHealth, healthOf } from "../src/monitoring/health.ts"
import { createMetrics, type Metrics } from "../src/monitoring/metrics.ts"
import type { Monitored } from "../src/monitoring/serve.ts"
import type { Timing } from "../src/openstack/http/timing.ts"
import type { RouteContext } from "./context.ts"
import type { ReplicationOptions } from "./options.ts"
import { checkPool, logBrokenConnections } from "./pool.ts"

/** Defaults of the options with plain values. */
export const defaults = {
  prefix: "/api/openstack-migrations",
  worker: true,
  concurrency: 8,
  staticRoutes: "documented",
  remapPorts: false,
  runEndpoint: true,
  queueSchema: "graphile_worker",
  bodyLimit: 1024 * 1024,
} as const satisfies Partial<ReplicationOptions>

/**
 * Checks the host's database, migrates the plugin's tables and the queue's, and creates what API and worker share.
 * @param timing for tests: shorter times of the client of clouds
 * @throws HOST_TABLES, OUTDATED_TABLES, NEWER_TABLES, DATABASE_DOWN, INVALID_OPTION
 */
export async function prepare(options: ReplicationOptions, log: Log, timing: Partial<Timing> = {}) {
  const settings = { ...defaults, ...options }
  checkPool(options.pool, settings.worker)
  logBrokenConnections(options.pool, log)
  trackConnections(options.pool)
  const db: Db = openDatabase(options.pool)
  const handlers = selectHandlers(options.handlers)
  await checkDatabase(db, options, handlers)
  await withMigrationLock(db, async () => {
    await migrateOwnTables(db)
    await runMigrations({ pgPool: options.pool, schema: settings.queueSchema, logger: queueLogger(log) })
  })
  const metrics = createMetrics(db, settings.queueSchema)
  const ctx = createContext({
    db,
    options,
    handlers,
    queueSchema: settings.queueSchema,
    metrics,
    log,
    timing,
  })
  const routes: RouteContext = {
    ctx,
    access: { ...waldurAccess(db), ...options.access },
    validation: { staticRoutes: settings.staticRoutes, remapPorts: settings.remapPorts },
    runEndpoint: settings.runEndpoint,
  }
  return { settings, ctx, routes, metrics }
}

interface ContextParts {
  readonly db: Db
  readonly options: ReplicationOptions
  readonly handlers: readonly Handler[]
  readonly queueSchema: string
  readonly metrics: Metrics
  readonly log: Log
  readonly timing: Partial<Timing>
}

function createContext(parts: ContextParts): WorkerContext {
  const { db, options, queueSchema, metrics, log, timing } = parts
  const handlers = createHandlers({ handlers: parts.handlers, host: options.hooks ?? {}, queueSchema })
  const onRateLimited = (pause: RateLimited) => {
    metrics.rateLimited(pause)
    log.info(pause, "rate limited by a cloud")
    options.onRateLimited?.(pause)
  }
  return {
    db,
    clouds: openClouds(db, options.connection ?? ((_, defaults) => defaults), timing, onRateLimited),
    hooks: handlers.hooks,
    handlers,
    batchSizesOf: batchSizesByCloud(),
    queueSchema,
    onCall(call, settingsId, cloud) {
      metrics.call(call, cloud)
      options.onCall?.(call, settingsId)
    },
    onStage: metrics.stage,
    onRateLimited,
  }
}

/** @throws HOST_TABLES, DATABASE_DOWN */
async function checkDatabase(
  db: Db,
  { access }: ReplicationOptions,
  handlers: readonly Handler[],
): Promise<void> {
  const optional = handlers.map(({ name, ...tables }) => ({
    ...tables,
    switchedOffBy: `handlers: { ${name}: false }`,
  }))
  try {
    await checkHostTables(db, waldurAccessUse(access), optional)
  } catch (error) {
    throw isDatabaseDown(error) ? errors.databaseDown((error as Error).message) : error
  }
}

/** Key of the advisory lock that is held while tables are migrated. */
const migrationLock = 5_019_730_003

/**
 * Runs the migrations of one process at a time. Kysely reads all tables of the database, and would fail while
 * graphile-worker drops columns of its own in another process.
 */
function withMigrationLock(db: Db, run: () => Promise<void>): Promise<void> {
  return db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${migrationLock})`.execute(connection)
    try {
      await run()
    } finally {
      await sql`select pg_advisory_unlock(${migrationLock})`.execute(connection)
    }
  })
}

/** A worker that `startWorker` started. `serveMonitoring` serves its health and its metrics on a port. */
export interface ReplicationWorker extends Worker, Monitored {}

/**
 * Starts a worker without an API. Any number of workers may run on one database. On `stop`, stages that have not ended
 * go back into the queue. The pool is not ended.
 * @param options as for the plugin, with the same `connection`, `hooks` and `queueSchema`; `worker`, `prefix` and other
 * options of the API have no effect
 * @throws ReplicationError HOST_TABLES where the host's database lacks tables or columns; OUTDATED_TABLES or
 * NEWER_TABLES where the plugin's own tables are of another version; DATABASE_DOWN; INVALID_OPTION, e.g. for a pool
 * of fewer than 4 connections
 * @example
 * ```ts
 * const worker = await startWorker({ pool, concurrency: 8 })
 * process.once("SIGTERM", async () => {
 *   await worker.stop()
 *   await pool.end()
 * })
 * ```
 */
export async function startWorker(options: ReplicationOptions): Promise<ReplicationWorker> {
  const log = options.log ?? stderrLog
  const { settings, ctx, metrics } = await prepare({ ...options, worker: true }, log)
  const worker = await startStageWorker(ctx, {
    pool: options.pool,
    concurrency: settings.concurrency,
    log,
  })
  return {
    async health() {
      const { checks } = await databaseHealth(ctx.db, ctx.queueSchema)
      return healthOf({ ...worker.state(), ...checks })
    },
    metrics: metrics.text,
    async stop() {
      await worker.stop()
      await ctx.clouds.close()
    },
  }
}
