import t from "tap"
import { demoTenant } from "../../../host/demo/tenants.ts"
import { holdExactReport } from "../../helpers/exact-report.ts"
import { enrich } from "../../helpers/rich-tenant.ts"
import { richView } from "../../helpers/rich-view.ts"
import { withRealWorld } from "../real-world.ts"
import { cloud, longTimeout } from "../suite.ts"

t.setTimeout(longTimeout.timeout)

t.test("a tenant that uses every attribute is copied with every attribute", longTimeout, (t) =>
  withRealWorld(cloud, async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), (projectId) =>
      enrich(world.cloud, projectId),
    )
    const { migration, projectId } = await world.replicate(tenant, {
      mappings: { sync_instance_ports: true, static_routes: "reachable" },
    })
    t.strictSame(await richView(world.cloud, projectId), await richView(world.cloud, tenant.projectId))
    await holdExactReport(t, world.url, migration.uuid, world.rows.users.owner.token)
  }),
)
