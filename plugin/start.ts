import { runMigrations } from "graphile-worker"
import { sql } from "kysely"
import type pg from "pg"
import { waldurAccess, waldurAccessUse } from "../src/access/waldur.ts"
import { errors } from "../src/errors.ts"
import type { RateLimited } from "../src/executors/clouds/clouds.ts"
import { openClouds } from "../src/executors/clouds/clouds.ts"
import { keptSizes } from "../src/executors/stage/batch-sizes.ts"
import type { WorkerContext } from "../src/executors/stage/worker-context.ts"
import { type Log, queueLogger, stderrLog } from "../src/executors/worker/log.ts"
import { startStageWorker, type Worker } from "../src/executors/worker/worker.ts"
import { marketplaceHooks } from "../src/handlers/index.ts"
import { trackConnections } from "../src/models/connections.ts"
import { type Db, openDatabase } from "../src/models/database.ts"
import { isDatabaseDown } from "../src/models/database-down.ts"
import { migrateOwnTables } from "../src/models/migrate.ts"
import { checkHostTables } from "../src/models/requirements.ts"
import { databaseHealth, healthOf } from "../src/monitoring/health.ts"
import { createMetrics } from "../src/monitoring/metrics.ts"
import type { Monitored } from "../src/monitoring/serve.ts"
import type { Timing } from "../src/openstack/http/timing.ts"
import type { RouteContext } from "./context.ts"
import type { ReplicationOptions } from "./options.ts"

/** Defaults of the options that are plain values. */
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
 * Prepares the database and opens what API and worker share.
 * @param timing for tests: a client that is less patient with clouds
 * @throws HOST_TABLES where the host's tables are not those that are needed; DATABASE_DOWN; INVALID_OPTION
 */
export async function prepare(options: ReplicationOptions, log: Log, timing: Partial<Timing> = {}) {
  const settings = { ...defaults, ...options }
  checkPool(options.pool, settings.worker)
  surviveBrokenConnections(options.pool, log)
  trackConnections(options.pool)
  const db: Db = openDatabase(options.pool)
  await checkDatabase(db, options)
  await oneAtATime(db, async () => {
    await migrateOwnTables(db)
    await runMigrations({ pgPool: options.pool, schema: settings.queueSchema, logger: queueLogger(log) })
  })
  const metrics = createMetrics(db, settings.queueSchema)
  const onRateLimited = (pause: RateLimited) => {
    metrics.lanePause(pause)
    log.info(pause, "a cloud asked to slow down")
    options.onRateLimited?.(pause)
  }
  const ctx: WorkerContext = {
    db,
    clouds: openClouds(db, options.connection ?? ((_, usual) => usual), timing, onRateLimited),
    hooks: marketplaceHooks(options.hooks ?? {}, settings.queueSchema),
    sizesOf: keptSizes(),
    queueSchema: settings.queueSchema,
    onCall(call, settingsId, cloud) {
      metrics.call(call, cloud)
      options.onCall?.(call, settingsId)
    },
    onStage: metrics.stage,
    onRateLimited,
  }
  const routes: RouteContext = {
    ctx,
    access: { ...waldurAccess(db), ...options.access },
    validation: { staticRoutes: settings.staticRoutes, remapPorts: settings.remapPorts },
    runEndpoint: settings.runEndpoint,
  }
  return { settings, ctx, routes, metrics }
}

/** The least that a start takes: one connection holds the lock, another makes the tables. */
const leastOfApi = 2
/** The queue listens on one, the lease holds one, and a stage reads on one while it writes on another. */
const leastOfWorker = 4

/** A pool that is too small would wait for itself for ever. @throws INVALID_OPTION */
function checkPool({ options: { max = 10 } }: pg.Pool, worker: boolean): void {
  const least = worker ? leastOfWorker : leastOfApi
  if (max >= least) return
  const whose = worker ? "of a process with a worker" : "of an API without a worker"
  throw errors.invalidOption(
    `pool: ${max} connections are too few; the pool ${whose} needs ${least}, better ${worker ? "concurrency + 4" : "10"}.`,
  )
}

async function checkDatabase(db: Db, { access }: ReplicationOptions): Promise<void> {
  try {
    await checkHostTables(db, waldurAccessUse(access))
  } catch (error) {
    throw isDatabaseDown(error) ? errors.databaseDown((error as Error).message) : error
  }
}

/** Key of the advisory lock under which tables are made. */
const makingTables = 5_019_730_003

/**
 * Processes that start at once make tables one after another: Kysely looks at every table of the database, and fails
 * where graphile-worker drops columns of its own meanwhile.
 */
function oneAtATime(db: Db, run: () => Promise<void>): Promise<void> {
  return db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${makingTables})`.execute(connection)
    try {
      await run()
    } finally {
      await sql`select pg_advisory_unlock(${makingTables})`.execute(connection)
    }
  })
}

/** A connection that breaks while nobody uses it is replaced by the pool; without listeners it would end the process. */
function surviveBrokenConnections(pool: pg.Pool, log: Log): void {
  const warn = (error: Error) => {
    // A pool that is being ended closes its connections in its own time; that a server closes them first is no news.
    if (!pool.ending) log.warn({ error: error.message }, "a database connection broke")
  }
  if (pool.listenerCount("error") === 0) pool.on("error", warn)
  // A pool listens for itself only while a connection lies idle. Those that are there already are met as they are taken.
  const met = new WeakSet<pg.PoolClient>()
  const meet = (client: pg.PoolClient) => {
    if (met.has(client)) return
    met.add(client)
    client.on("error", warn)
  }
  pool.on("connect", meet)
  pool.on("acquire", meet)
}

/** A worker in a process of its own. `serveMonitoring` shows its health and its metrics on a port. */
export interface ReplicationWorker extends Worker, Monitored {}

/**
 * Runs a worker without an API, in a process of its own. As many as you like may run on one database.
 * @throws HOST_TABLES
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
