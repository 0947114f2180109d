import t from "tap"
import { newCounters, summaryOf } from "./counters.ts"
import { failCloudCalls, killWorkers, restartPostgres } from "./fault-injectors.ts"
import { openHarness } from "./harness.ts"
import { startRestartableServer } from "./restartable-postgres.ts"
import { type RunOptions, runOnce } from "./run-once.ts"

/** `npm run chaos` runs each many times with other tenants and faults; these are the same ones each time. */
const seed = Number(process.env.SEED ?? 1)

const faults: Readonly<Record<string, Omit<RunOptions, "seed">>> = {
  "clouds of which every fifth call fails": {
    injectors: [failCloudCalls],
    tenants: 3,
    latencyMs: 0,
    limits: { kills: 0, restarts: 0 },
    userActions: false,
  },
  "failing clouds, killed workers and a PostgreSQL that restarts": {
    injectors: [killWorkers, failCloudCalls, restartPostgres],
    tenants: 3,
    latencyMs: 10,
    limits: { kills: 2, restarts: 2 },
    userActions: true,
  },
}

/** Longer than a busy machine needs. */
const timeout = { timeout: 290_000 }

t.test(
  "copies that are made while faults are injected equal those of undisturbed runs",
  timeout,
  async (t) => {
    const server = await startRestartableServer()
    const harness = await openHarness(server.url)
    for (const [name, options] of Object.entries(faults)) {
      const counters = newCounters()
      await runOnce(harness, server, { ...options, seed }, counters)
      t.comment(`SEED=${seed}, ${summaryOf(name, counters)}`)
      t.strictSame(counters.deviations, [], `with ${name}`)
    }
    await harness.close()
    await server.close()
  },
)
