import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { enrich } from "../helpers/rich-tenant.ts"
import { richView } from "../helpers/rich-view.ts"
import { withWorld } from "../helpers/world.ts"

t.test("a tenant that uses every attribute arrives with every attribute", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), (projectId) =>
      enrich(world.sourceCloud, projectId),
    )
    const migration = await world.ended(
      (
        await world.create(tenant, {
          mappings: { sync_instance_ports: true, static_routes: "reachable" },
        })
      ).uuid,
    )
    t.equal(migration.error_message, "")
    t.strictSame(
      await richView(world.destinationCloud, await world.projectOf(migration)),
      await richView(world.sourceCloud, tenant.projectId),
    )
  }),
)
