import { setTimeout as sleep } from "node:timers/promises"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { OwnWorker } from "../helpers/own-worker.ts"
import { startProcess } from "../helpers/process.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const limits = { requestsPerSecond: 30, inFlight: 3 }

t.test("the rate limit of a cloud and its pauses hold over three worker processes together", (t) =>
  withWorld(
    async (world) => {
      const seen = watch(world, { refuseAt: 25, seconds: 3 })
      const migrations = await Promise.all(
        ["one", "two", "three"].map(async (name) =>
          world.create(await world.importTenant({ ...demoTenant("small"), name })),
        ),
      )
      // Each runs one stage at a time, so that all of them have jobs.
      await using _first = start(world, { concurrency: 1, limits })
      await using _second = start(world, { concurrency: 1, limits })
      await using _third = start(world, { concurrency: 1, limits })
      const owners = new Set<string>()
      let inPause: number | undefined
      const polling = new AbortController()
      const polls = (async () => {
        while (!polling.signal.aborted) {
          const { rows } = await world.pool.query<{ owner: string | null; paused: boolean }>(
            // An owner that waits for the end of a pause has no calls in flight, and so no row.
            `select owner, paused_until > clock_timestamp() as paused
             from openstack_replication.limiter left join openstack_replication.limiter_usage using (settings_id)
             where settings_id = $1`,
            [world.rows.destination.settings.id],
          )
          for (const { owner } of rows) if (owner !== null) owners.add(owner)
          if (rows.some(({ paused }) => paused)) inPause ??= seen.starts.length
          await sleep(5)
        }
      })()
      const ended = await Promise.all(migrations.map(({ uuid }) => world.ended(uuid)))
      polling.abort()
      await polls
      t.strictSame(
        ended.map(({ state, error_message }) => [state, error_message]),
        migrations.map(() => ["OK", ""]),
      )
      t.equal(owners.size, 3, "all three sent calls")
      t.ok(seen.busiest() <= limits.inFlight, `${seen.busiest()} calls at a time`)
      const [first = 0] = seen.starts
      const seconds = ((seen.starts.at(-1) ?? 0) - first) / 1_000
      const allowed = limits.requestsPerSecond * (seconds + 1)
      t.ok(seen.starts.length <= allowed, `${seen.starts.length} calls in ${seconds} s`)

      t.ok(inPause !== undefined, "the pause is in the database")
      const late = seen.starts.slice(inPause).filter((at) => at < seen.refusedAt() + 2_900)
      t.ok(late.length <= limits.inFlight, "during the pause only calls that were in flight arrive")
      const { rows } = await world.pool.query(
        "select max(create_requests)::int as create_requests from openstack_replication.object",
      )
      t.strictSame(
        rows,
        [{ create_requests: 1 }],
        "a call that was refused with 429 is not counted as a second create request",
      )
    },
    { worker: false },
  ),
)

function start(world: TestWorld, worker: OwnWorker) {
  return startProcess(["test/helpers/own-worker.ts"], {
    DATABASE_URL: world.databaseUrl,
    WORKER: JSON.stringify(worker),
  })
}

/** Records when calls reach the destination and how many are in flight. One is refused with 429. */
function watch(world: TestWorld, { refuseAt, seconds }: { refuseAt: number; seconds: number }) {
  const starts: number[] = []
  let busy = 0
  let busiest = 0
  let refusedAt = 0
  world.destination.onRequest = async () => {
    starts.push(performance.now())
    busy += 1
    busiest = Math.max(busiest, busy)
    await sleep(30)
    busy -= 1
    if (starts.length < refuseAt || refusedAt > 0) return
    refusedAt = performance.now()
    return { status: 429, headers: { "retry-after": String(seconds) }, body: "slow down" }
  }
  return { starts, busiest: () => busiest, refusedAt: () => refusedAt }
}
