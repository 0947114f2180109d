import t from "tap"
import { demoTenant } from "../../../host/demo/tenants.ts"
import { prepare } from "../../../plugin/start.ts"
import { runStage } from "../../../src/executors/worker/run-stage.ts"
import { kinds } from "../../../src/kinds/index.ts"
import { idsOf, loseReplies } from "../../helpers/lost-replies.ts"
import { viewTenant } from "../../helpers/tenant-view.ts"
import { withRealWorld } from "../real-world.ts"
import { cloud, longTimeout } from "../suite.ts"

t.setTimeout(longTimeout.timeout)

t.test(
  "a stage whose responses were all lost finds what it created and creates nothing twice",
  longTimeout,
  (t) =>
    withRealWorld(cloud, async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { id, projectId } = await world.replicate(tenant, { mappings: { sync_instance_ports: true } })
      const before = await viewTenant(world.cloud, projectId)
      const { ctx } = await prepare(world.options, console)
      for (const { name } of kinds) {
        const ids = await idsOf(world.pool, id, name)
        await loseReplies(world.pool, id, name)
        world.takeCalls()
        await runStage(ctx, id, name)
        t.strictSame(await idsOf(world.pool, id, name), ids, `${name}: the same ids again`)
        t.strictSame(
          world.takeCalls().filter((call) => call.write),
          [],
          `${name}: no writes`,
        )
      }
      await ctx.clouds.close()
      t.strictSame(await viewTenant(world.cloud, projectId), before, "the copy is unchanged")
    }),
)
