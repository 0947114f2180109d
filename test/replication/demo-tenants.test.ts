import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { withWorld } from "../helpers/world.ts"

for (const size of ["small", "medium", "large"] as const) {
  t.test(`the copy of the ${size} tenant equals its source`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant(size))
      world.destination.resetStats()
      const created = await world.create(tenant, {
        mappings: { sync_instance_ports: true, static_routes: "reachable" },
      })
      t.equal(created.state, "CREATION_SCHEDULED")
      const migration = await world.ended(created.uuid)
      t.equal(migration.error_message, "")
      t.equal(migration.state, "OK")
      t.equal(migration.dst_resource_state, "OK")

      const { calls, writes } = world.destination.stats()
      const copy = await viewTenant(world.destinationCloud, await world.projectOf(migration))
      t.strictSame(copy, await viewTenant(world.sourceCloud, tenant.projectId))

      const progress = await world.owner.progress(migration.uuid)
      t.match(progress.verification, { differences: 0 })
      t.equal(progress.writes, writes, "only the destination is written to")
      t.comment(`${size}: ${calls} calls, ${writes} writes; with the source's ${progress.calls} calls`)
      if (size === "medium") t.ok(calls <= 100, `${calls} calls, at most 100`)
      if (size === "large") t.ok(writes <= 250, `${writes} writes, at most 250`)
    }),
  )
}
