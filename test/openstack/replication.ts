import fc from "fast-check"
import t from "tap"
import { readCloudFile } from "../../host/cloud-file.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import { runStage } from "../../src/executors/run-stage.ts"
import { kinds } from "../../src/kinds/index.ts"
import { cloudBehaviour } from "../cloud/behaviour.ts"
import { idsOf, loseAnswers } from "../helpers/lost-answers.ts"
import { place } from "../helpers/place.ts"
import { enrich } from "../helpers/rich-tenant.ts"
import { richView } from "../helpers/rich-view.ts"
import { specOf } from "../helpers/spec-of.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { mappedTenants } from "../planning/arbitrary-mapping.ts"
import { withRealWorld } from "./real-world.ts"

// A real cloud takes a second for what a simulated one does in a millisecond.
const patience = { timeout: 3_600_000 }

/** Each run takes a real cloud half a minute and more. RUNS asks for more. */
const numRuns = Number(process.env.RUNS ?? 3)

const cloud = await readCloudFile(process.env.OPENSTACK_CLOUD_JSON ?? "")

t.setTimeout(patience.timeout)

if (process.env.ONLY === undefined)
  t.test("the cloud behaves as this project takes for granted", patience, (t) => cloudBehaviour(t, cloud))

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

t.test("a tenant that uses every attribute arrives with every attribute", patience, (t) =>
  withRealWorld(cloud, async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), (projectId) =>
      enrich(world.cloud, projectId),
    )
    const { migration, projectId } = await world.replicate(tenant, {
      mappings: { sync_instance_ports: true, static_routes: "reachable" },
    })
    t.strictSame(await richView(world.cloud, projectId), await richView(world.cloud, tenant.projectId))
    const { verification } = await world.owner.progress(migration.uuid)
    t.match(verification, { differences: 0 }, "the plugin's own check finds no difference")
    const { rows } = await world.pool.query(
      "select kind, name, notes -> 'dropped' as dropped, reason from openstack_replication.object where state = 'omitted' or notes -> 'dropped' <> '[]' order by position",
    )
    for (const row of rows) t.comment(JSON.stringify(row))
  }),
)

t.test("a stage none of whose answers arrived finds what it made, and makes nothing twice", patience, (t) =>
  withRealWorld(cloud, async (world) => {
    const tenant = await world.importTenant(demoTenant("medium"))
    const { id, projectId } = await world.replicate(tenant, { mappings: { sync_instance_ports: true } })
    const before = await viewTenant(world.cloud, projectId)
    const { engine } = await prepare(world.options, console)
    for (const { name } of kinds) {
      const ids = await idsOf(world.pool, id, name)
      await loseAnswers(world.pool, id, name)
      world.takeCalls()
      await runStage(engine, id, name)
      t.strictSame(await idsOf(world.pool, id, name), ids, `${name}: the same ids again`)
      t.strictSame(
        world.takeCalls().filter((call) => call.write),
        [],
        `${name}: no writes`,
      )
    }
    await engine.clouds.close()
    t.strictSame(await viewTenant(world.cloud, projectId), before, "the copy is as it was")
  }),
)

t.test("replicating any tenant gives an equal tenant, at its new addresses", patience, (t) =>
  withRealWorld(
    cloud,
    (world) =>
      fc.assert(
        fc.asyncProperty(mappedTenants(), async ({ source, subnets }) => {
          const tenant = await world.importTenant(specOf(source))
          const { migration, projectId } = await world.replicate(tenant, {
            name: "copy",
            mappings: {
              subnets,
              sync_instance_ports: true,
              static_routes: "reachable",
              skip_connection_extnet: source.routers.every((router) => router.hasGateway !== true),
            },
          })
          const { verification, calls, writes } = await world.owner.progress(migration.uuid)
          t.match(verification, { differences: 0 }, "the plugin's own check finds no difference")
          const want = await viewTenant(world.cloud, tenant.projectId, (text) => place(text, subnets))
          const copy = await viewTenant(world.cloud, projectId, (text) => place(text, []))
          if (!t.same(copy, want, "the copy equals its source, moved")) throw new Error("the copy differs")
          t.comment(
            `${source.networks.length} networks, ${source.ports.length} ports: ${calls} calls, ${writes} writes`,
          )
        }),
        { numRuns, endOnFailure: true },
      ),
    { remapPorts: true },
  ),
)
