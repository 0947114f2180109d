import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import { nextStages, stageGraph } from "../../src/executors/stage/graph.ts"
import { runStage } from "../../src/executors/worker/run-stage.ts"
import { kinds } from "../../src/kinds/index.ts"
import { idsOf, loseReplies, makeReady } from "../helpers/lost-replies.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

t.test("stages run in the order of their dependencies", async (t) => {
  const graph = stageGraph()
  const names = graph.map(({ name }) => name)
  t.equal(new Set(names).size, names.length, "each stage has a name of its own")
  for (const { name, dependsOn } of graph) {
    for (const before of dependsOn)
      t.ok(names.includes(before), `${name} comes after ${before}, which exists`)
  }
  const order: string[][] = []
  const all = new Set(names)
  let stages = graph.map((stage) => ({ ...stage, state: "waiting" }))
  while (stages.some(({ state }) => state === "waiting")) {
    const { ready } = nextStages(stages, all)
    if (ready.length === 0) throw new Error(`a circle among ${JSON.stringify(stages)}`)
    order.push([...ready])
    stages = stages.map((stage) => (ready.includes(stage.name) ? { ...stage, state: "done" } : stage))
  }
  t.ok(order.length < names.length, "some stages run in parallel")
  t.strictSame(order.at(-1), ["verify"], "the verification is last")
  const first = nextStages(
    graph.map((stage) => ({ ...stage, state: "waiting" })),
    new Set(["network"]),
  )
  t.strictSame(first.ready, ["survey"], "the survey is first")
  t.strictSame(first.idle, ["project", "user", "role"], "stages without objects are passed over")
})

t.test("independent stages run in parallel", (t) =>
  withWorld(async (world) => {
    // The response to each waits for the requests of all of them: in sequence, none would get one.
    const waiting = new Set(["POST networks", "POST routers", "POST security-groups"])
    const all = Promise.withResolvers<void>()
    world.destination.onRequest = async ({ method, path }) => {
      const call = `${method} ${path}`
      if (!waiting.delete(call)) return
      if (waiting.size === 0) all.resolve()
      await all.promise
    }
    const tenant = await world.importTenant(demoTenant("small"))
    const { state } = await world.ended((await world.create(tenant)).uuid)
    t.equal(state, "OK")
    t.strictSame([...waiting], [], "all of them were requested")
  }),
)

t.test("a stage that runs twice changes nothing the second time", (t) =>
  withWorld(async (world) => {
    const { id, project } = await replicateMedium(world)
    const before = await viewTenant(world.destinationCloud, project)
    const { ctx } = await prepare({ pool: world.pool }, world.app.log)
    for (const { name } of stageGraph()) {
      await makeReady(world.pool, id, name)
      world.destination.resetStats()
      await runStage(ctx, id, name)
      t.equal(world.destination.stats().writes, 0, `${name} writes nothing`)
    }
    await ctx.clouds.close()
    t.strictSame(await viewTenant(world.destinationCloud, project), before)
    t.equal(await countOrders(world), 1, "one order")
  }),
)

t.test("a stage whose responses were all lost finds what it created and creates nothing twice", (t) =>
  withWorld(async (world) => {
    const { id, project } = await replicateMedium(world)
    const before = await viewTenant(world.destinationCloud, project)
    const { ctx } = await prepare({ pool: world.pool }, world.app.log)
    for (const { name } of kinds) {
      const ids = await idsOf(world.pool, id, name)
      await loseReplies(world.pool, id, name)
      world.destination.resetStats()
      await runStage(ctx, id, name)
      t.strictSame(await idsOf(world.pool, id, name), ids, `${name}: the same ids again`)
      t.equal(world.destination.stats().writes, 0, `${name}: no writes`)
    }
    await ctx.clouds.close()
    t.strictSame(await viewTenant(world.destinationCloud, project), before)
  }),
)

async function replicateMedium(world: TestWorld) {
  const tenant = await world.importTenant(demoTenant("medium"))
  const { uuid } = await world.create(tenant, { mappings: { sync_instance_ports: true } })
  const migration = await world.ended(uuid)
  if (migration.state !== "OK") throw new Error(migration.error_message)
  const { rows } = await world.pool.query<{ id: number }>(
    "select id from waldur_openstack_replication_migration where uuid = $1",
    [uuid],
  )
  return { id: rows[0]?.id ?? 0, project: await world.projectOf(migration) }
}

async function countOrders(world: TestWorld): Promise<number> {
  const { rows } = await world.pool.query<{ count: string }>("select count(*) from marketplace_order")
  return Number(rows[0]?.count)
}
