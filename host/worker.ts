import { parseArgs } from "node:util"
import pg from "pg"
import { type MonitoringAddress, serveMonitoring, startWorker } from "../plugin/index.ts"
import { runProgram, waitForSignal } from "./command/run.ts"
import { UsageError } from "./command/usage-error.ts"
import { wholeNumber } from "./options.ts"

/**
 * `npm run worker`: a worker alone, on the database of DATABASE_URL. As many as you like may run. `--health-port`
 * (HEALTH_PORT) serves health and metrics, on loopback or the address of `--health-host` (HEALTH_HOST).
 */
await runProgram(async () => {
  const address = monitoringAddress()
  const { DATABASE_URL } = process.env
  if (!DATABASE_URL)
    throw new Error("Set DATABASE_URL to the host's PostgreSQL, e.g. what `npm run host` prints.")
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 })
  const worker = await startWorker({ pool })
  try {
    const monitoring = address && (await serveMonitoring(worker, address))
    if (monitoring) process.stderr.write(`Health and metrics: ${monitoring.url}/health/ready, /metrics\n`)
    process.stderr.write("The worker is ready.\n")
    await waitForSignal()
    await monitoring?.close()
  } finally {
    await worker.stop()
    await pool.end()
  }
  return 0
})

/** undefined: nobody asks for health. @throws UsageError */
function monitoringAddress(): MonitoringAddress | undefined {
  const { HEALTH_PORT, HEALTH_HOST } = process.env
  const { "health-port": port = HEALTH_PORT, "health-host": host = HEALTH_HOST } = readArguments()
  if (!port) return undefined
  return { port: wholeNumber("--health-port", port, 65_535), ...(host && { host }) }
}

function readArguments() {
  try {
    return parseArgs({ options: { "health-port": { type: "string" }, "health-host": { type: "string" } } })
      .values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\s+/g, " ") : String(error))
  }
}
