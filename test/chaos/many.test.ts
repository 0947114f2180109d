import t from "tap"
import { withServer } from "../helpers/database.ts"
import { newCounters } from "./counters.ts"
import { openHarness } from "./harness.ts"
import { manyAtOnce } from "./many.ts"

/** `npm run chaos -- --mode many` runs 200. */
const migrations = 12

t.test("migrations that several processes run at the same time have the result of a single one", (t) =>
  withServer(async (url) => {
    const harness = await openHarness(url)
    const counters = newCounters()
    await manyAtOnce(harness, { migrations, hosts: 1, workers: 2, requestsPerSecond: 100 }, counters)
    t.strictSame(counters.deviations, [], "and stay within the rate limit of each cloud")
    t.equal(counters.migrations, migrations)
    await harness.close()
  }),
)
