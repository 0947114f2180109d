import pg from "pg"
import { type MonitoringAddress, serveMonitoring, startWorker } from "../plugin/index.ts"
import type { Command } from "./command/options.ts"
import { parseArguments } from "./command/parse.ts"
import { runCommand, waitForSignal } from "./command/run.ts"

const workerCommand = {
  name: "npm run worker --",
  summary:
    "Runs the reference host's worker alone. Any number of workers may run, on any machine that reaches the database.",
  options: {
    "health-port": {
      type: "number",
      value: "NUMBER",
      max: 65_535,
      env: "HEALTH_PORT",
      text: "Serve /health/live, /health/ready and /metrics on this port; 0 is any free one",
    },
    "health-host": {
      type: "text",
      value: "ADDRESS",
      env: "HEALTH_HOST",
      text: "Address to serve them on; without it, loopback",
    },
  },
  environment: { DATABASE_URL: "The host's PostgreSQL, as npm run host prints it (required)" },
  examples: ["DATABASE_URL=postgres://... npm run worker -- --health-port 9090"],
} as const satisfies Command

await runCommand(workerCommand, async (args) => {
  const address = monitoringAddress(args)
  const { DATABASE_URL } = process.env
  if (!DATABASE_URL)
    throw new Error("Set DATABASE_URL to the host's PostgreSQL, e.g. to what `npm run host` prints.")
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

/** undefined: health and metrics are not served. @throws UsageError */
function monitoringAddress(args: readonly string[]): MonitoringAddress | undefined {
  const { "health-port": port, "health-host": host } = parseArguments(workerCommand, args, process.env).values
  return port === undefined ? undefined : { port, ...(host && { host }) }
}
