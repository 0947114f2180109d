import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import type { StageOutcome } from "../../src/executors/stage/worker-context.ts"
import { startStageWorker } from "../../src/executors/worker/worker.ts"
import { act } from "../helpers/migration.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { withWorld } from "../helpers/world.ts"

/** Stages, with the request for networks of each that gets a 429. */
const refused = [
  ["survey", "source", 1],
  ["network", "destination", 1],
  // The first one created them.
  ["verify", "destination", 2],
] as const

for (const [stage, cloud, count] of refused) {
  t.test(`a ${cloud} that requests a longer pause than a call may wait does not fail ${stage}`, (t) =>
    withWorld(
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        const { uuid } = await world.create(tenant)
        let requests = 0
        world[cloud].onRequest = async ({ path }) => {
          if (path !== "networks") return
          requests += 1
          if (requests !== count) return
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
    let created = false
    world.destination.onRequest = async ({ method, path }) => {
      created ||= method === "POST" && path === "routers"
      return undefined
    }
    world.source.onRequest = async () =>
      created ? { status: 429, headers: { "retry-after": "3600" }, body: "slow down" } : undefined
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
        const waiting =
          "select from graphile_worker._private_jobs where run_at > now() and payload ->> 'stage' <> ''"
        await waitFor("a stage to wait in the queue", async () => (await world.pool.query(waiting)).rowCount)
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
