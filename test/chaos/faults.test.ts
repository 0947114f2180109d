import t from "tap"
import { newTally, told } from "./counters.ts"
import { killing, restarting, shaking } from "./fault-injectors.ts"
import { openArena } from "./harness.ts"
import { startShakyServer } from "./restartable-postgres.ts"
import { type RunOptions, runOnce } from "./run-once.ts"

/** `npm run chaos` has many runs of each, with other tenants and faults; these are the same each time. */
const seed = Number(process.env.SEED ?? 1)

const troubles: Readonly<Record<string, Omit<RunOptions, "seed">>> = {
  "clouds that fail every fifth call": {
    troubles: [shaking],
    tenants: 3,
    latencyMs: 0,
    most: { kills: 0, restarts: 0 },
    meddled: false,
  },
  "clouds that fail, workers that are killed and a PostgreSQL that restarts": {
    troubles: [killing, shaking, restarting],
    tenants: 3,
    latencyMs: 10,
    most: { kills: 2, restarts: 2 },
    meddled: true,
  },
}

/** Longer than a busy machine needs. */
const patience = { timeout: 290_000 }

t.test("random tenants arrive as on a calm day", patience, async (t) => {
  const server = await startShakyServer()
  const arena = await openArena(server.url)
  for (const [name, options] of Object.entries(troubles)) {
    const tally = newTally()
    await runOnce(arena, server, { ...options, seed }, tally)
    t.comment(`SEED=${seed}, ${told(name, tally)}`)
    t.strictSame(tally.losses, [], `with ${name}`)
  }
  await arena.close()
  await server.close()
})
