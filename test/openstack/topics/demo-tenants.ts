import t from "tap"
import { demoTenant } from "../../../host/demo/tenants.ts"
import { viewTenant } from "../../helpers/tenant-view.ts"
import { withRealWorld } from "../real-world.ts"
import { cloud, patience } from "../suite.ts"

t.setTimeout(patience.timeout)

for (const size of ["small", "medium"] as const) {
  t.test(`the ${size} tenant arrives as it was, from POST to OK`, patience, (t) =>
    withRealWorld(cloud, async (world) => {
      const tenant = await world.importTenant(demoTenant(size))
      const began = performance.now()
      const { migration, projectId } = await world.replicate(tenant, {
        mappings: { sync_instance_ports: true, static_routes: "reachable" },
      })
      const seconds = Math.round((performance.now() - began) / 1_000)
      t.equal(migration.dst_resource_state, "OK", "the resource is OK")
      const copy = await viewTenant(world.cloud, projectId)
      t.strictSame(copy, await viewTenant(world.cloud, tenant.projectId), "the copy equals its source")
      const { verification, calls, writes } = await world.owner.progress(migration.uuid)
      t.match(verification, { differences: 0 }, "the plugin's own check finds no difference")
      t.comment(`${size}: ${calls} calls, ${writes} writes, ${seconds} s`)
    }),
  )
}
