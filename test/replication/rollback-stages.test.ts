import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { act } from "../helpers/migration.ts"
import { full, hostRows, request } from "../helpers/rollback.ts"
import { wholeCloud } from "../helpers/whole-cloud.ts"
import { withWorld } from "../helpers/world.ts"

/** A call of each stage that creates something and can be refused. */
const stages = [
  ["project", "POST", "projects"],
  ["user", "POST", "users"],
  ["network", "POST", "networks"],
  ["subnet", "POST", "subnets"],
  ["router", "POST", "routers"],
  ["security group", "POST", "security-groups"],
  ["rule", "POST", "security-group-rules"],
  ["port", "POST", "ports"],
] as const

for (const [stage, method, path] of stages) {
  t.test(`a rollback of a migration that failed at its ${stage}s leaves the cloud as before`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const [cloud, rows] = [await wholeCloud(world.destinationCloud), await hostRows(world)]
      world.destination.onRequest = async (call) =>
        call.method === method && call.path === path ? full : undefined
      const { uuid } = await world.create(tenant, request)
      t.equal((await world.ended(uuid)).state, "ERRED")
      world.destination.onRequest = undefined
      t.equal((await act(world, uuid, "rollback")).status, 202)
      const ended = await world.ended(uuid)
      t.match(ended, {
        dst_resource_state: "Terminated",
        error_message: /^Rollback requested by .+ is complete/,
      })
      t.strictSame(await wholeCloud(world.destinationCloud), cloud)
      t.strictSame(await hostRows(world), rows)
      const orders = await world.pool.query("select state from marketplace_order")
      t.strictSame(orders.rows, [{ state: 4 }], "the order stays failed")
    }),
  )
}
