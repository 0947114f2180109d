import pg from "pg"
import { prepare } from "../../plugin/start.ts"
import { stderrLog } from "../../src/executors/worker/log.ts"
import { startStageWorker, type WorkerSettings } from "../../src/executors/worker/worker.ts"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"

/** Settings of a worker of a test that differ from a host's. */
export interface OwnWorker
  extends Partial<Pick<WorkerSettings, "concurrency" | "heartbeat" | "timeSliceMs">> {
  readonly limits?: Pick<CloudConnection, "inFlight" | "requestsPerSecond">
}

/** Runs a worker in a process of its own, on the database of DATABASE_URL. WORKER is an `OwnWorker` as JSON. */
const { DATABASE_URL = "", WORKER = "{}" } = process.env
const { limits = {}, concurrency = 8, ...settings } = JSON.parse(WORKER) as OwnWorker
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 })
const { ctx } = await prepare({ pool, connection: (_, defaults) => ({ ...defaults, ...limits }) }, stderrLog)
const worker = await startStageWorker(ctx, { pool, concurrency, log: stderrLog, ...settings })
process.stderr.write("ready\n")
process.once("SIGTERM", async () => {
  await worker.stop()
  await ctx.clouds.close()
  await pool.end()
})
