import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { extension } from "../../plugin/extension.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { ask } from "../helpers/http.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

async function tenantOf({ pool }: TestWorld, { uuid }: MigrationDetails): Promise<number> {
  const { rows } = await pool.query<{ tenant_id: number }>(
    `select run.tenant_id from openstack_replication.run
       join waldur_openstack_replication_migration migration on migration.id = run.migration_id
     where migration.uuid = $1`,
    [uuid],
  )
  return rows[0]?.tenant_id ?? 0
}

/** Counts the migrations that have rows in the plugin's tables. */
async function recordsOf({ pool }: TestWorld): Promise<unknown> {
  const { rows } = await pool.query(
    `select (select count(*)::int from openstack_replication.run) as runs,
       (select count(distinct migration_id)::int from openstack_replication.stage) as stages,
       (select count(distinct migration_id)::int from openstack_replication.object) as objects`,
  )
  return rows[0]
}

t.test("the cleanup of a tenant or a project deletes only the plugin's records of its migrations", (t) =>
  withWorld(async (world) => {
    const source = await world.importTenant(demoTenant("small"))
    const [first, second] = [await world.create(source), await world.create(source)]
    await world.ended(first.uuid)
    await world.ended(second.uuid)
    const clean = (scope: Parameters<typeof extension.cleanupExecutor>[1]) =>
      extension.cleanupExecutor({ pool: world.pool }, scope)

    t.equal(await clean({ tenantId: 0 }), 0, "no tenant, no records")
    t.equal(await clean({ projectId: 0 }), 0)
    const calls = world.calls.length
    t.equal(await clean({ tenantId: await tenantOf(world, first) }), 1)
    t.strictSame(
      await recordsOf(world),
      { runs: 1, stages: 1, objects: 1 },
      "the other tenant's records stay",
    )
    t.equal(world.calls.length, calls, "no cloud is called")
    const address = `${world.url}/api/openstack-migrations/${first.uuid}/`
    const { token } = world.rows.users.owner
    t.match(
      await ask(address, { token }),
      { status: 200, body: { state: "OK" } },
      "the migration's row stays",
    )
    const progress = await ask(`${address}progress/`, { token })
    t.equal(progress.status, 409, "its progress is deleted, as if another server had run it")
    t.equal(progress.headers.get("x-error-code"), "OTHER_SERVER")
    t.equal(await clean({ projectId: world.rows.project.id }), 1, "the project's last one")
    t.strictSame(await recordsOf(world), { runs: 0, stages: 0, objects: 0 })
  }),
)

t.test("the records of a migration that has not ended are not deleted", (t) =>
  withWorld(
    async (world) => {
      const migration = await world.create(await world.importTenant(demoTenant("small")))
      const scope = { tenantId: await tenantOf(world, migration) }
      await t.rejects(extension.cleanupExecutor({ pool: world.pool }, scope), {
        code: "MIGRATION_IN_PROGRESS",
        status: 409,
      })
      t.strictSame(await recordsOf(world), { runs: 1, stages: 1, objects: 1 })
    },
    { worker: false },
  ),
)
