import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { withWorld } from "../helpers/world.ts"

t.test("a cloud without bulk requests is detected by one refusal, and objects are created one by one", (t) =>
  withWorld(
    async (world) => {
      let bulk = 0
      world.destination.onRequest = async ({ body, method }) => {
        const [value] = Object.values(Object(body))
        if (method === "POST" && Array.isArray(value)) bulk += 1
      }
      const tenant = await world.importTenant(demoTenant("medium"))
      const body = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }
      const first = await world.ended((await world.create(tenant, body)).uuid)
      t.match(first, { state: "OK", error_message: "" })
      const copy = await viewTenant(world.destinationCloud, await world.projectOf(first))
      t.strictSame(copy, await viewTenant(world.sourceCloud, tenant.projectId), "the copy equals its source")
      // Each of the parallel stages may have had requests in flight when the first one was refused.
      t.ok(bulk > 0 && bulk <= 8, `${bulk} bulk requests`)
      bulk = 0
      t.equal((await world.ended((await world.create(tenant, body)).uuid)).state, "OK")
      t.equal(bulk, 0, "the next migration sends no bulk request")
    },
    {},
    { destination: { bulk: false } },
  ),
)
