import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { Committed } from "../../plugin/index.ts"
import { ask } from "../helpers/http.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

t.test("hooks run at every save, in its transaction, in the order of registration", (t) => {
  const heard: string[] = []
  const deliveredSaves: Committed[] = []
  let refusals = 1
  return withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      const migration = await world.ended(uuid)
      t.equal(migration.state, "OK")
      t.strictSame(
        heard,
        [
          "resource new 1",
          "migration new 5",
          "second",
          "migration 5 6",
          "second",
          "resource 1 1",
          "resource 1 2",
          "order new 3",
          "migration 6 3",
          "second",
        ],
        "Waldur's own handlers first: order and resource have their final state before the host's hook runs",
      )
      await delivered(world)
      t.strictSame(
        deliveredSaves.map(({ model, from, to }) => `${model} ${from ?? "new"} ${to}`).sort(),
        [
          "migration 5 6",
          "migration 6 3",
          "migration new 5",
          "order new 3",
          "resource 1 1",
          "resource 1 2",
          "resource new 1",
        ],
        "the hook after the commit gets each save, even if its first run failed",
      )
      t.ok(deliveredSaves.every((one) => /^[0-9a-f-]{36}$/.test(one.uuid)))
      await checkRecords(t, world, migration.dst_resource_uuid)
    },
    {
      hooks: {
        resource: [
          ({ previous, instance }) =>
            void heard.push(`resource ${previous?.state ?? "new"} ${instance.state}`),
        ],
        order: [
          ({ previous, instance }) => void heard.push(`order ${previous?.state ?? "new"} ${instance.state}`),
        ],
        migration: [
          async ({ previous, instance, trx }) => {
            heard.push(`migration ${previous?.state ?? "new"} ${instance.state}`)
            await trx.selectFrom("marketplace_order").select("id").execute()
          },
          () => void heard.push("second"),
        ],
        afterCommit: [
          (saved) => {
            if (refusals-- > 0) throw new Error("not now")
            deliveredSaves.push(saved)
          },
        ],
      },
    },
  )
})

t.test("a hook that throws rolls back the save", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const answer = await ask(`${world.url}/api/openstack-migrations/`, {
        method: "POST",
        token: world.rows.users.owner.token,
        body: {
          src_resource: tenant.resourceUuid,
          dst_offering: world.rows.destination.offering.uuid,
          dst_plan: world.rows.destinationPlan.uuid,
        },
      })
      t.equal(answer.status, 500)
      for (const table of [
        "waldur_openstack_replication_migration",
        "openstack_replication.run",
        "logging_event",
      ]) {
        t.equal((await world.pool.query(`select from ${table}`)).rowCount, 0, `nothing in ${table}`)
      }
      t.equal((await world.pool.query("select from openstack_tenant")).rowCount, 1, "only the source tenant")
    },
    {
      worker: false,
      hooks: {
        migration: [
          () => {
            throw new Error("the host does not want it")
          },
        ],
      },
    },
  ),
)

/** Waits until no job is left. A job that failed once is made due at once; its pause would be seconds. */
function delivered(world: TestWorld): Promise<unknown> {
  return waitFor(
    "all jobs to leave the queue",
    async () => {
      await world.pool.query("update graphile_worker._private_jobs set run_at = now() where run_at > now()")
      return (await world.pool.query("select from graphile_worker._private_jobs")).rowCount === 0
    },
    { everyMs: 50 },
  )
}

async function checkRecords(t: Test, world: TestWorld, resourceUuid: string): Promise<void> {
  const events = await world.pool.query(
    `select event_type, message, context, count(feed.id)::int as feeds from logging_event event
       join logging_feed feed on feed.event_id = event.id
     where event_type like 'marketplace_resource_create_%' group by event.id order by event.id`,
  )
  t.match(
    events.rows,
    [
      { event_type: "marketplace_resource_create_requested", feeds: 3 },
      {
        event_type: "marketplace_resource_create_succeeded",
        feeds: 3,
        context: { resource_uuid: resourceUuid },
      },
    ],
    "the event log has the resource's events, for the resource, its project and its customer",
  )
  const periods = await world.pool.query(
    `select period.plan_id = resource.plan_id as same, period.start is not null as began, period."end"
       from marketplace_resourceplanperiod period join marketplace_resource resource on resource.id = period.resource_id
     where resource.uuid = $1`,
    [resourceUuid],
  )
  t.strictSame(periods.rows, [{ same: true, began: true, end: null }], "it is billed by its plan from now on")
  const types = await world.pool.query(
    `select from openstack_volumetype_tenants link join marketplace_resource resource on resource.object_id = link.tenant_id
     where resource.uuid = $1`,
    [resourceUuid],
  )
  t.equal(types.rowCount, 4, "and may use the cloud's volume types")
}
