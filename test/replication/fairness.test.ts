import { setTimeout as sleep } from "node:timers/promises"
import t from "tap"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import { startStageWorker } from "../../src/executors/worker/worker.ts"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { withWorld } from "../helpers/world.ts"

const quick = (_: unknown, defaults: CloudConnection) => ({ ...defaults, requestsPerSecond: 5_000 })
/** Retries that take several time slices, and not a minute. */
const shortRetries = { failureBackoff: { firstMs: 50, maxMs: 500 }, failureBudgetMs: 6_000 }
const ports = { mappings: { sync_instance_ports: true } }

t.test("a small migration overtakes two large ones that keep the only worker busy", (t) =>
  withWorld(
    async (world) => {
      const medium = await world.importTenant(fewerGroups(demoTenant("medium")))
      const small = await world.importTenant(demoTenant("small"))
      world.destination.onRequest = async () => sleep(20)
      const { ctx } = await prepare(
        {
          pool: world.pool,
          connection: (_, defaults) => ({ ...defaults, requestsPerSecond: 5_000, inFlight: 2 }),
        },
        world.app.log,
      )
      const worker = await startStageWorker(ctx, {
        pool: world.pool,
        concurrency: 2,
        log: world.app.log,
        timeSliceMs: 300,
      })
      try {
        const large = [await world.create(medium), await world.create(medium)]
        // Both are in their longest stage.
        const busy = async () => {
          const { rows } = await world.pool.query(
            `select distinct migration_id from openstack_replication.object
             where kind = 'security_group_rule' and create_requests > 0`,
          )
          return rows.length
        }
        await waitFor("both migrations to create rules", async () => (await busy()) === 2)
        const { uuid } = await world.create(small, ports)
        t.equal((await world.ended(uuid)).state, "OK")
        for (const { uuid } of large) {
          t.equal((await world.owner.retrieve(uuid)).state, "CREATING", "a large one still runs")
        }
        for (const { uuid } of large) {
          const { state, error_message } = await world.ended(uuid)
          t.strictSame([state, error_message], ["OK", ""], "and ends OK after many time slices")
        }
        const { rows } = await world.pool.query<{ attempts: number }>(
          "select max(attempt) as attempts from openstack_replication.stage where name = 'security_group_rule'",
        )
        t.ok((rows[0]?.attempts ?? 0) > 1, "stages yielded")
      } finally {
        await worker.stop()
        await ctx.clouds.close()
      }
    },
    { worker: false },
    { destination: { bulk: false } },
  ),
)

t.test("stages that cannot succeed end although each yields to the other", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      world.destination.onRequest = async ({ method, path }) =>
        method === "POST" && path === "routers"
          ? {
              status: 500,
              body: { NeutronError: { type: "HTTPInternalServerError", message: "no", detail: "" } },
            }
          : undefined
      const { log } = world.app
      const { ctx } = await prepare({ pool: world.pool, connection: quick }, log, shortRetries)
      const worker = await startStageWorker(ctx, { pool: world.pool, concurrency: 1, log, timeSliceMs: 300 })
      try {
        const both = [await world.create(tenant), await world.create(tenant)]
        for (const { uuid } of both) {
          const { state, error_message } = await world.ended(uuid)
          t.equal(state, "ERRED")
          t.match(error_message, /answered 500/)
        }
      } finally {
        await worker.stop()
        await ctx.clouds.close()
      }
    },
    { worker: false },
  ),
)

/** Enough rules for several time slices, and not more. */
function fewerGroups(spec: TenantSpec): TenantSpec {
  const groups = spec.groups.slice(0, 6)
  const kept = new Set(groups.map(({ key }) => key))
  return {
    ...spec,
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules.filter(({ remoteGroup }) => remoteGroup === null || kept.has(remoteGroup)),
    })),
    ports: [],
  }
}
