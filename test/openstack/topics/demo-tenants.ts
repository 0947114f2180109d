import t from "tap"
import { demoTenant } from "../../../host/demo/tenants.ts"
import { setNetworkQuota, setVolumeQuota } from "../../../src/openstack/index.ts"
import { partsOftenLost } from "../../helpers/often-lost.ts"
import { viewTenant } from "../../helpers/tenant-view.ts"
import { withRealWorld } from "../real-world.ts"
import { cloud, longTimeout } from "../suite.ts"

type Parts = Awaited<ReturnType<typeof partsOftenLost>>

t.setTimeout(longTimeout.timeout)

for (const size of ["small", "medium"] as const) {
  t.test(`the copy of the ${size} tenant equals its source`, longTimeout, (t) =>
    withRealWorld(cloud, async (world) => {
      const tenant = await world.importTenant(demoTenant(size), async (projectId) => {
        await setNetworkQuota(world.cloud, projectId, { floatingip: 3, rbac_policy: 4 })
        await setVolumeQuota(world.cloud, projectId, { volumes_ssd: 7, gigabytes_ssd: 50 })
      })
      const began = performance.now()
      const { migration, projectId } = await world.replicate(tenant, {
        mappings: { sync_instance_ports: true, static_routes: "reachable" },
      })
      const seconds = Math.round((performance.now() - began) / 1_000)
      t.equal(migration.dst_resource_state, "OK", "the resource is OK")
      const copy = await viewTenant(world.cloud, projectId)
      t.strictSame(copy, await viewTenant(world.cloud, tenant.projectId), "the copy equals its source")
      const [source, parts] = await Promise.all(
        [tenant.projectId, projectId].map((id) => partsOftenLost(world.cloud, id)),
      )
      for (const [part, values] of Object.entries(source ?? {}))
        t.strictSame((parts as Parts | undefined)?.[part as keyof Parts], values, `${part} are copied`)
      const { verification, calls, writes } = await world.owner.progress(migration.uuid)
      t.match(verification, { differences: 0 }, "the plugin's verification finds no difference")
      t.comment(`${size}: ${calls} calls, ${writes} writes, ${seconds} s`)
    }),
  )
}
