import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { longestChain } from "../../src/executors/stage/graph.ts"
import { kindNames } from "../../src/planning/kind-names.ts"
import { withWorld } from "../helpers/world.ts"

for (const size of ["small", "medium", "large"] as const) {
  t.test(`a preview of the ${size} tenant estimates the calls of the migration`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant(size))
      const body = {
        src_resource: tenant.resourceUuid,
        dst_offering: world.rows.destination.offering.uuid,
        dst_plan: world.rows.destinationPlan.uuid,
        mappings: { sync_instance_ports: true },
      }
      const answer = await fetch(`${world.url}/api/openstack-migrations/preview/`, {
        method: "POST",
        headers: {
          authorization: `Token ${world.rows.users.owner.token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
      })
      const { estimate } = (await answer.json()) as { estimate: { calls: number; writes: number } }
      world.destination.resetStats()
      t.equal((await world.ended((await world.owner.create(body)).uuid)).state, "OK")
      const { calls, writes } = world.destination.stats()
      const near = (estimated: number, sent: number) => Math.abs(estimated - sent) <= 3 + sent / 50
      t.ok(near(estimate.writes, writes), `${estimate.writes} writes estimated, ${writes} sent`)
      t.ok(near(estimate.calls, calls), `${estimate.calls} calls estimated, ${calls} sent`)
    }),
  )
}

t.test("the longest chain has only stages with objects", async (t) => {
  t.strictSame(longestChain(new Set()), ["survey", "verify"])
  t.strictSame(longestChain(new Set(["quota", "network"])), ["survey", "quota", "network", "verify"])
  const chain = longestChain(new Set(kindNames))
  t.equal(chain[1], "quota", "quotas come first")
  t.equal(chain.at(-1), "verify")
  const slow = longestChain(new Set(["network", "router"]), (stage) => (stage === "router" ? 5 : 1))
  t.strictSame(slow, ["survey", "router", "verify"], "the durations count")
})
