import { setTimeout as sleep } from "node:timers/promises"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import type { StageOutcome } from "../../src/executors/engine.ts"
import { startStageWorker } from "../../src/executors/worker.ts"
import { type Cloud, listResources } from "../../src/openstack/index.ts"
import type { OwnWorker } from "../helpers/own-worker.ts"
import { startProcess } from "../helpers/process.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const pace = { requestsPerSecond: 10, inFlight: 3 }

t.test("the pace of a cloud, and its pauses, hold over three worker processes together", (t) =>
  withWorld(
    async (world) => {
      const seen = watch(world, { refuseAt: 25, seconds: 3 })
      const migrations = await Promise.all(
        ["one", "two", "three"].map(async (name) =>
          world.create(await world.importTenant({ ...demoTenant("small"), name })),
        ),
      )
      // Each runs one stage at a time, so that all of them have work.
      await using _first = start(world, { concurrency: 1, pace })
      await using _second = start(world, { concurrency: 1, pace })
      await using _third = start(world, { concurrency: 1, pace })
      const holders = new Set<string>()
      let inPause: number | undefined
      const looking = new AbortController()
      const looks = (async () => {
        while (!looking.signal.aborted) {
          const { rows } = await world.pool.query<{ holder: string | null; paused: boolean }>(
            // Who waits for the end of a pause has no calls there, and so no row of its own.
            `select holder, paused_until > clock_timestamp() as paused
             from openstack_replication.lane left join openstack_replication.lane_hold using (settings_id)
             where settings_id = $1`,
            [world.rows.destination.settings.id],
          )
          for (const { holder } of rows) if (holder !== null) holders.add(holder)
          if (rows.some(({ paused }) => paused)) inPause ??= seen.starts.length
          await sleep(5)
        }
      })()
      const ended = await Promise.all(migrations.map(({ uuid }) => world.ended(uuid)))
      looking.abort()
      await looks
      t.strictSame(
        ended.map(({ state, error_message }) => [state, error_message]),
        migrations.map(() => ["OK", ""]),
      )
      t.equal(holders.size, 3, "all three made calls")
      t.ok(seen.busiest() <= pace.inFlight, `${seen.busiest()} calls at a time`)
      const [first = 0] = seen.starts
      const seconds = ((seen.starts.at(-1) ?? 0) - first) / 1_000
      const most = pace.requestsPerSecond * (seconds + 1)
      t.ok(seen.starts.length <= most, `${seen.starts.length} calls in ${seconds} s`)

      t.ok(inPause !== undefined, "the pause was seen")
      const late = seen.starts.slice(inPause).filter((at) => at < seen.refusedAt() + 2_900)
      t.ok(late.length <= pace.inFlight, "in the pause came only what was on its way")
      const { rows } = await world.pool.query(
        "select max(attempts)::int as attempts from openstack_replication.object",
      )
      t.strictSame(rows, [{ attempts: 1 }], "a call that was told to wait is no attempt")
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

/** Notes when calls come to the destination, and how many are there at a time. One is asked to wait. */
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

/** What a migration first asks a cloud for its networks in. */
const pausing = [
  ["survey", "source", 1],
  ["network", "destination", 1],
  // The source is read once more to tell what has changed in it.
  ["verify", "source", 2],
] as const

for (const [stage, cloud, count] of pausing) {
  t.test(
    `a ${cloud} that asks for a longer pause than a call may wait does not fail ${stage}: it waits`,
    (t) =>
      withWorld(
        async (world) => {
          const tenant = await world.importTenant(demoTenant("small"))
          const { uuid } = await world.create(tenant)
          let asked = 0
          world[cloud].onRequest = async ({ path }) => {
            if (path !== "networks") return
            asked += 1
            if (asked !== count) return
            return { status: 429, headers: { "retry-after": "2" }, body: "slow down" }
          }
          const { engine } = await prepare(
            { pool: world.pool, connection: (_, usual) => ({ ...usual, requestsPerSecond: 5_000 }) },
            world.app.log,
            { slowDownBudgetMs: 500 },
          )
          const ends: StageOutcome[] = []
          const worker = await startStageWorker(
            { ...engine, onStage: (ended, outcome) => ended === stage && ends.push(outcome) },
            { pool: world.pool, concurrency: 8, log: world.app.log },
          )
          const { state, error_message } = await world.ended(uuid)
          await worker.stop()
          await engine.clouds.close()
          t.strictSame([state, error_message], ["OK", ""])
          t.strictSame([ends[0], ends.at(-1)], ["handed_over", "done"])
          const { rows } = await world.pool.query(
            `select survey -> 'unread' as survey, summary -> 'unread' as destination,
             summary -> 'source' -> 'unread' as source from openstack_replication.run`,
          )
          t.strictSame(rows, [{ survey: null, destination: null, source: null }], "nothing is unread")
        },
        { worker: false },
      ),
  )
}

t.test("settings of one cloud share its pace, and those of its other regions have their own", (t) =>
  withWorld(
    async ({ pool, rows, app }) => {
      const { source, destination } = rows
      const lanes = async () => {
        const { rows } = await pool.query(
          "select settings_id as id from openstack_replication.lane order by 1",
        )
        return rows.map(({ id }) => id)
      }
      const use = async (cloud: Cloud) => void (await listResources(cloud, "networks"))
      // The source's settings become others of the destination's cloud, with another user's name and password.
      await pool.query(
        `update structure_servicesettings mine set backend_url = other.backend_url || '/',
           username = other.username, password = other.password, domain = other.domain, options = other.options
         from structure_servicesettings other where mine.id = $1 and other.id = $2`,
        [source.settings.id, destination.settings.id],
      )
      const { engine } = await prepare({ pool }, app.log)
      await Promise.all(
        [source, destination].map(async ({ settings }) => use(await engine.clouds.get(settings.id))),
      )
      t.strictSame(await lanes(), [Math.min(source.settings.id, destination.settings.id)])

      await pool.query(
        "update structure_servicesettings set options = options::jsonb - 'region' where id = $1",
        [destination.settings.id],
      )
      await use(await engine.clouds.get(destination.settings.id))
      t.equal((await lanes()).length, 2)
      await engine.clouds.close()
    },
    { worker: false },
  ),
)

t.test("options of a cloud's settings pace it, and those that are no amounts are passed over", (t) =>
  withWorld(
    async ({ pool, rows, app }) => {
      const { id } = rows.destination.settings
      const seen: unknown[] = []
      const { engine } = await prepare(
        {
          pool,
          connection(_, usual) {
            const { requestsPerSecond, inFlight, timeoutMs } = usual
            seen.push([requestsPerSecond, inFlight, timeoutMs])
            return usual
          },
        },
        app.log,
      )
      for (const options of [
        { requests_per_second: 2.5, requests_in_flight: 3, request_timeout: 30 },
        { requests_per_second: "20", requests_in_flight: 0, request_timeout: "long" },
      ]) {
        await pool.query(
          "update structure_servicesettings set options = options::jsonb || $2::jsonb where id = $1",
          [id, JSON.stringify(options)],
        )
        await engine.clouds.get(id)
      }
      t.strictSame(seen, [
        [2.5, 3, 30_000],
        [20, undefined, undefined],
      ])
      await engine.clouds.close()
    },
    { worker: false },
  ),
)
