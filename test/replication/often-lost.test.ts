import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { setNetworkQuota, setVolumeQuota } from "../../src/openstack/index.ts"
import { partsOftenLost } from "../helpers/often-lost.ts"
import { withWorld } from "../helpers/world.ts"

t.test("what Waldur's own replication loses is copied", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("medium"), async (projectId) => {
      await setNetworkQuota(world.sourceCloud, projectId, { floatingip: 3, rbac_policy: 4 })
      await setVolumeQuota(world.sourceCloud, projectId, {
        volumes_ssd: 7,
        gigabytes_ssd: 50,
        gigabytes_standard: 100,
      })
    })
    const migration = await world.ended(
      (
        await world.create(tenant, {
          mappings: { sync_instance_ports: true, static_routes: "reachable" },
        })
      ).uuid,
    )
    t.equal(migration.error_message, "")
    const source = await partsOftenLost(world.sourceCloud, tenant.projectId)
    const copy = await partsOftenLost(world.destinationCloud, await world.projectOf(migration))
    t.equal(source["interfaces of routers"].length, 16)
    t.equal(source["ports with their MACs, addresses and address pairs"].length, 50)
    t.ok(source["static routes"].length > 0)
    for (const part of Object.keys(source) as (keyof typeof source)[])
      t.strictSame(copy[part], source[part], part)
  }),
)
