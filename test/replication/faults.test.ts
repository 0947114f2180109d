import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { prepare } from "../../plugin/start.ts"
import { runStageJob } from "../../src/executors/worker/run-job.ts"
import { giveUpStage } from "../../src/executors/worker/run-stage.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

t.test("a stage that fails for a reason outside the cloud is retried later, and given up in the end", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      const id = await idOf(world, uuid)
      const { ctx } = await prepare({ pool: world.pool }, world.app.log)
      const broken = {
        ...ctx,
        clouds: {
          get: () => Promise.reject(new Error("no such row")),
          owner: "nobody",
          renewOwner: async () => undefined,
          close: async () => undefined,
        },
      }
      const job = { migration: id, stage: "project", cloud: 1 }
      await runStageJob(broken, quiet, job, undefined)
      t.match(
        await jobs(world),
        [{ payload: { stage: "project", faults: 1 }, later: true }],
        "the job is repeated later",
      )
      await world.pool.query("delete from graphile_worker._private_jobs")
      await runStageJob(broken, quiet, { ...job, faults: 7 }, undefined)
      const { rows } = await world.pool.query(
        "select kind, reason from openstack_replication.object where migration_id = $1 and state = 'failed'",
        [id],
      )
      t.strictSame(rows, [
        { kind: "project", reason: "Stage project was given up after repeated errors: no such row" },
      ])
      t.match(await jobs(world), [{ payload: { stage: "user" } }], "the next stages run and are skipped")
      await ctx.clouds.close()
    },
    { worker: false },
  ),
)

t.test("a worker that has lost its job to another leaves the stage to it", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const { uuid } = await world.create(tenant)
      const id = await idOf(world, uuid)
      const { rows } = await world.pool.query<{ id: string }>(
        `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'another worker'
         where payload ->> 'stage' = 'project' returning id`,
      )
      const { ctx } = await prepare({ pool: world.pool }, world.app.log)
      const job = { id: rows[0]?.id ?? "", pool: "suspended" }
      for (const faults of [0, 7])
        await t.rejects(
          runStageJob(ctx, quiet, { migration: id, stage: "project", cloud: 1, faults }, { job }),
          {
            code: "STALE_WORKER",
          },
        )
      const stages = await world.pool.query(
        "select state, attempt from openstack_replication.stage where name = 'project'",
      )
      t.strictSame(stages.rows, [{ state: "ready", attempt: 0 }], "the stage is unchanged")
      t.equal((await jobs(world)).filter(({ payload }) => payload.stage === "project").length, 1)
      await ctx.clouds.close()
    },
    { worker: false },
  ),
)

t.test(
  "a hook that refuses every save is retried each minute, and its correction lets the migration continue",
  (t) =>
    withWorld(
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        const { uuid } = await world.create(tenant)
        const id = await idOf(world, uuid)
        const hooks = {
          migration: [
            () => {
              throw new Error("the host is not ready")
            },
          ],
        }
        const { ctx } = await prepare({ pool: world.pool, hooks }, world.app.log)
        // The first stage saves the migration, which becomes CREATING.
        await runStageJob(ctx, quiet, { migration: id, stage: "survey", cloud: 1, faults: 7 }, undefined)
        const [survey] = (await jobs(world)).filter(({ payload }) => payload.stage === "survey")
        t.match(survey, { payload: { faults: 7 }, later: true })
        await ctx.clouds.close()

        await world.pool.query("update graphile_worker._private_jobs set run_at = now()")
        const worker = await world.startWorker()
        const { state, error_message } = await world.ended(uuid)
        t.strictSame([state, error_message], ["OK", ""])
        await worker.stop()
      },
      { worker: false },
    ),
)

t.test("a verification that fails ends the migration with the reason", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const { uuid } = await world.create(tenant)
    const id = await idOf(world, uuid)
    await world.ended(uuid)
    const { ctx } = await prepare({ pool: world.pool }, world.app.log)
    await world.pool.query(
      "update openstack_replication.stage set state = 'ready' where migration_id = $1 and name = 'verify'",
      [id],
    )
    // As the last stage of a run, not a verification after its end.
    await world.pool.query("update openstack_replication.run set finished = null where migration_id = $1", [
      id,
    ])
    await giveUpStage(ctx, id, "verify", new Error("out of order"))
    const migration = await world.ended(uuid)
    t.equal(migration.state, "ERRED")
    t.match(migration.error_message, /could not be read to verify them: .*out of order/)
    await ctx.clouds.close()
  }),
)

async function idOf(world: TestWorld, uuid: string): Promise<number> {
  const { rows } = await world.pool.query<{ id: number }>(
    "select id from waldur_openstack_replication_migration where uuid = $1",
    [uuid],
  )
  return rows[0]?.id ?? 0
}

/** Returns the waiting jobs of stages. */
async function jobs(world: TestWorld) {
  const { rows } = await world.pool.query(
    `select payload, run_at > now() as later from graphile_worker._private_jobs
     where payload::jsonb ? 'stage' order by payload ->> 'stage'`,
  )
  return rows
}
