import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { startProcess } from "../helpers/process.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { waitFor } from "../helpers/wait-for.ts"
import { withWorld } from "../helpers/world.ts"

/** Calls to the destination after which the worker is killed: early, among the networks, among the ports. */
for (const calls of [3, 14, 24]) {
  t.test(`after a worker was killed after ${calls} calls, the next one creates nothing twice`, (t) =>
    withWorld(
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        const { uuid } = await world.create(tenant, {
          mappings: { sync_instance_ports: true, static_routes: "reachable" },
        })
        world.destination.resetStats()
        // The simulated cloud is slow, so that the worker is killed while calls are in flight.
        world.destination.setLatency(100)
        await using first = startProcess(["host/worker.ts"], { DATABASE_URL: world.databaseUrl })
        await waitFor(`${calls} calls to the destination`, () => world.destination.stats().calls >= calls, {
          everyMs: 5,
        })
        first.signal("SIGKILL")
        await first.ended()
        world.destination.setLatency(0)
        await using second = startProcess(["host/worker.ts"], { DATABASE_URL: world.databaseUrl })
        const migration = await world.ended(uuid)
        t.equal(migration.state, "OK", migration.error_message)
        t.strictSame(
          await viewTenant(world.destinationCloud, await world.projectOf(migration)),
          await viewTenant(world.sourceCloud, tenant.projectId),
        )
        const projects = await world.destinationCloud.list<{ name: string }>(
          { service: "identity", path: "/projects", query: {} },
          "projects",
        )
        t.equal(
          projects.filter(({ name }) => name.startsWith(migration.dst_resource_name)).length,
          1,
          "one project",
        )
        t.equal((await world.pool.query("select from marketplace_order")).rowCount, 1, "one order")
        t.equal(await second.end(), 0, "SIGTERM ends it with code 0")
        t.equal(
          (await world.pool.query("select from openstack_replication.worker")).rowCount,
          0,
          "no worker is left",
        )
      },
      { worker: false },
    ),
  )
}
