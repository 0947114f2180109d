import { setTimeout as sleep } from "node:timers/promises"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import type { StageOutcome } from "../../src/executors/stage/worker-context.ts"
import { startStageWorker } from "../../src/executors/worker/worker.ts"
import { type Cloud, listResources } from "../../src/openstack/index.ts"
import { act } from "../helpers/migration.ts"
import type { OwnWorker } from "../helpers/own-worker.ts"
import { startProcess } from "../helpers/process.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const pace = { requestsPerSecond: 30, inFlight: 3 }

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
      await using _first = start(world, { concurrency: 1, pace })
      await using _second = start(world, { concurrency: 1, pace })
      await using _third = start(world, { concurrency: 1, pace })
      const owners = new Set<string>()
      let inPause: number | undefined
      const looking = new AbortController()
      const looks = (async () => {
        while (!looking.signal.aborted) {
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
      looking.abort()
      await looks
      t.strictSame(
        ended.map(({ state, error_message }) => [state, error_message]),
        migrations.map(() => ["OK", ""]),
      )
      t.equal(owners.size, 3, "all three sent calls")
      t.ok(seen.busiest() <= pace.inFlight, `${seen.busiest()} calls at a time`)
      const [first = 0] = seen.starts
      const seconds = ((seen.starts.at(-1) ?? 0) - first) / 1_000
      const most = pace.requestsPerSecond * (seconds + 1)
      t.ok(seen.starts.length <= most, `${seen.starts.length} calls in ${seconds} s`)

      t.ok(inPause !== undefined, "the pause is in the database")
      const late = seen.starts.slice(inPause).filter((at) => at < seen.refusedAt() + 2_900)
      t.ok(late.length <= pace.inFlight, "during the pause only calls that were in flight arrive")
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

/** Stages, with the request for networks of each that gets a 429. */
const pausing = [
  ["survey", "source", 1],
  ["network", "destination", 1],
  // The first one created them.
  ["verify", "destination", 2],
] as const

for (const [stage, cloud, count] of pausing) {
  t.test(`a ${cloud} that requests a longer pause than a call may wait does not fail ${stage}`, (t) =>
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
        const { ctx } = await prepare(
          { pool: world.pool, connection: (_, defaults) => ({ ...defaults, requestsPerSecond: 5_000 }) },
          world.app.log,
          { rateLimitBudgetMs: 500 },
        )
        const ends: StageOutcome[] = []
        const worker = await startStageWorker(
          { ...ctx, onStage: (ended, outcome) => ended === stage && ends.push(outcome) },
          { pool: world.pool, concurrency: 8, log: world.app.log },
        )
        const { state, error_message } = await world.ended(uuid)
        await worker.stop()
        await ctx.clouds.close()
        t.strictSame([state, error_message], ["OK", ""])
        t.strictSame([ends[0], ends.at(-1)], ["yielded", "done"])
        const { rows } = await world.pool.query(
          `select survey -> 'unread' as survey, verification -> 'unread' as destination,
             verification -> 'source' -> 'unread' as source from openstack_replication.run`,
        )
        t.strictSame(rows, [{ survey: null, destination: null, source: null }], "everything was read")
      },
      { worker: false },
    ),
  )
}

t.test("a complete copy does not wait for a source that requests a pause", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    let made = false
    world.destination.onRequest = async ({ method, path }) => {
      made ||= method === "POST" && path === "routers"
      return undefined
    }
    world.source.onRequest = async () =>
      made ? { status: 429, headers: { "retry-after": "3600" }, body: "slow down" } : undefined
    const { uuid } = await world.create(tenant)
    const { state, error_message } = await world.ended(uuid)
    t.strictSame([state, error_message], ["OK", ""])
    const { verification } = await world.owner.progress(uuid)
    t.match(verification, { differences: 0, compared: Number })
    const { rows } = await world.pool.query(
      "select verification -> 'source' as source from openstack_replication.run",
    )
    t.match(rows, [{ source: { unread: /requested a pause of 3\d\d\d s/, changes: [] } }])
  }),
)

for (const [moment, path, message] of [
  ["creates objects", "ports", /^Cancelled by /],
  [
    "is verified",
    "subnets",
    /^Every object was created, but the destination could not be read to verify them: the cloud requested a pause$/,
  ],
] as const)
  t.test(
    `a cancellation does not wait for a destination that requests a pause while the migration ${moment}`,
    (t) =>
      withWorld(async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        let paused = false
        world.destination.onRequest = async (call) => {
          const due = moment === "creates objects" ? call.method === "POST" : call.method === "GET"
          paused ||= due && call.path === path
          return paused ? { status: 429, headers: { "retry-after": "3600" }, body: "slow down" } : undefined
        }
        const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
        const waits =
          "select from graphile_worker._private_jobs where run_at > now() and payload ->> 'stage' <> ''"
        await waitFor("a stage to wait in the queue", async () => (await world.pool.query(waits)).rowCount)
        await act(world, uuid, "cancel")
        // A waiting stage runs once a minute; this makes it due at once.
        const soon = setInterval(
          () =>
            world.pool.query("update graphile_worker._private_jobs set run_at = now() where run_at > now()"),
          200,
        )
        const { state, error_message } = await world.ended(uuid).finally(() => clearInterval(soon))
        t.equal(state, "ERRED")
        t.match(error_message, message)
      }),
  )

t.test(
  "service settings of one cloud share its rate limit, and those of its other regions have their own",
  (t) =>
    withWorld(
      async ({ pool, rows, app }) => {
        const { source, destination } = rows
        const limiters = async () => {
          const { rows } = await pool.query(
            "select settings_id as id from openstack_replication.limiter order by 1",
          )
          return rows.map(({ id }) => id)
        }
        const use = async (cloud: Cloud) => void (await listResources(cloud, "networks"))
        // The source's settings become further settings of the destination's cloud, with another user.
        await pool.query(
          `update structure_servicesettings mine set backend_url = other.backend_url || '/',
           username = other.username, password = other.password, domain = other.domain, options = other.options
         from structure_servicesettings other where mine.id = $1 and other.id = $2`,
          [source.settings.id, destination.settings.id],
        )
        const { ctx } = await prepare({ pool }, app.log)
        await Promise.all(
          [source, destination].map(async ({ settings }) => use(await ctx.clouds.get(settings.id))),
        )
        t.strictSame(await limiters(), [Math.min(source.settings.id, destination.settings.id)])

        await pool.query(
          "update structure_servicesettings set options = options::jsonb - 'region' where id = $1",
          [destination.settings.id],
        )
        await use(await ctx.clouds.get(destination.settings.id))
        t.equal((await limiters()).length, 2)
        await ctx.clouds.close()
      },
      { worker: false },
    ),
)

t.test("options of a cloud's settings set its rate limit, and those that are not numbers are ignored", (t) =>
  withWorld(
    async ({ pool, rows, app }) => {
      const { id } = rows.destination.settings
      const seen: unknown[] = []
      const { ctx } = await prepare(
        {
          pool,
          connection(_, defaults) {
            const { requestsPerSecond, inFlight, timeoutMs } = defaults
            seen.push([requestsPerSecond, inFlight, timeoutMs])
            return defaults
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
        await ctx.clouds.get(id)
      }
      t.strictSame(seen, [
        [2.5, 3, 30_000],
        [20, undefined, undefined],
      ])
      await ctx.clouds.close()
    },
    { worker: false },
  ),
)
