import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

/** Calls to the destination after which the worker is killed: early, among the networks, among the ports. */
for (const calls of [3, 14, 24]) {
  t.test(
    `a worker that is killed after ${calls} calls is followed by another, and nothing is made twice`,
    (t) =>
      withWorld(
        async (world) => {
          const tenant = await world.importTenant(demoTenant("small"))
          const { uuid } = await world.create(tenant, {
            mappings: { sync_instance_ports: true, static_routes: "reachable" },
          })
          world.destination.resetStats()
          // The simulated cloud is slow, so that the worker dies in the middle of calls.
          world.destination.setLatency(100)
          const first = startWorker(world)
          while (world.destination.stats().calls < calls) await sleep(5)
          first.kill("SIGKILL")
          await once(first, "exit")
          world.destination.setLatency(0)
          const second = startWorker(world)
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
          second.kill("SIGTERM")
          const [code] = await once(second, "exit")
          t.equal(code, 0, "a polite stop is clean")
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

function startWorker(world: TestWorld): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../host/worker.ts")], {
    env: { ...process.env, DATABASE_URL: world.databaseUrl },
    stdio: ["ignore", "ignore", "ignore"],
  })
  t.teardown(() => child.kill("SIGKILL"))
  return child
}
