import t from "tap"
import { startPostgres } from "../../host/postgres.ts"
import { newTally } from "./counters.ts"
import { openArena } from "./harness.ts"
import { manyAtOnce } from "./many.ts"

/** `npm run chaos -- --mode many` has 200. */
const migrations = 12

t.test(
  "migrations at the same time, by several processes, come each to what one alone comes to, at the pace of each cloud",
  async (t) => {
    const { TEST_DATABASE_URL: given } = process.env
    const server = given === undefined ? await startPostgres() : undefined
    const arena = await openArena(given ?? server?.url ?? "")
    const tally = newTally()
    await manyAtOnce(arena, { migrations, hosts: 1, workers: 2, pace: 100 }, tally)
    t.strictSame(tally.losses, [])
    t.equal(tally.migrations, migrations)
    await arena.close()
    await server?.stop()
  },
)
