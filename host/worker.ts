import { parseArgs } from "node:util"
import pg from "pg"
import { serveMonitoring, startWorker } from "../plugin/index.ts"
import { wholeNumber } from "./options.ts"
import { main, untilSignal } from "./until-signal.ts"

/**
 * `npm run worker`: a worker alone, on the database of DATABASE_URL. As many as you like may run. `--health-port`
 * (HEALTH_PORT) serves health and metrics, on loopback or the address of `--health-host` (HEALTH_HOST).
 */
await main(async () => {
  const { DATABASE_URL, HEALTH_PORT, HEALTH_HOST } = process.env
  const { values } = parseArgs({
    options: { "health-port": { type: "string" }, "health-host": { type: "string" } },
  })
  const port = values["health-port"] ?? HEALTH_PORT
  const address = port !== undefined && {
    port: wholeNumber("--health-port", port, 65_535),
    host: values["health-host"] ?? HEALTH_HOST ?? "127.0.0.1",
  }
  if (!DATABASE_URL)
    throw new Error("Set DATABASE_URL to the host's PostgreSQL, e.g. what `npm run host` prints.")
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 })
  const worker = await startWorker({ pool })
  const monitoring = address ? await serveMonitoring(worker, address) : undefined
  if (monitoring) process.stderr.write(`Health and metrics: ${monitoring.url}/health/ready, /metrics\n`)
  process.stderr.write("The worker is ready.\n")
  await untilSignal()
  await worker.stop()
  await monitoring?.close()
  await pool.end()
  return 0
})
