import t, { type Test } from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { createResource, listResources, updateResource } from "../../src/openstack/index.ts"
import { act } from "../helpers/migration.ts"
import { inDestination, recordsOf, verificationOf, withCopy } from "../helpers/verified-copy.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

t.test("a copy whose source has been deleted is still compared with its plan", (t) =>
  withCopy(async ({ world, verified, destination }) => {
    const { destinationCloud: cloud, pool } = world
    const [network] = await listResources(cloud, "networks", { project_id: destination })
    await updateResource(cloud, "networks", network?.id ?? "", { description: "changed" })
    const client = await pool.connect()
    // Deleting the rows that refer to it is up to the host.
    await client.query("set session_replication_role = replica")
    await client.query(
      "delete from openstack_tenant where id = (select (context -> 'inputs' ->> 'srcTenantId')::int from openstack_replication.run)",
    )
    await client.query("set session_replication_role = origin")
    client.release()
    t.match(await verified(), {
      differences: 1,
      source: { unread: "The source tenant's row no longer exists in the host's database." },
    })
  }),
)

t.test("a difference that was corrected is gone after the next verification", (t) =>
  withCopy(async (copied) => {
    const { destinationCloud: cloud } = copied.world
    const [network] = await inDestination(copied, "networks")
    await updateResource(cloud, "networks", network?.id ?? "", { description: "other" })
    t.match(await copied.verified(), { differences: 1 })
    await updateResource(cloud, "networks", network?.id ?? "", { description: network?.description })
    const first = await copied.verified()
    t.match(first, { differences: 0, unmanaged: 0, source: { changes: 0 } })
    t.strictSame(await copied.differing(), [])
    const second = await copied.verified()
    t.ok(String(second.at) > String(first.at), "each has its time")
  }),
)

t.test("a verification finds changes at the source, or records why it cannot be read", (t) =>
  withCopy(async (copied) => {
    const { world } = copied
    const [network] = await listResources(world.sourceCloud, "networks", { project_id: copied.source })
    await updateResource(world.sourceCloud, "networks", network?.id ?? "", { description: "later" })
    await createResource(world.sourceCloud, "security-groups", {
      project_id: copied.source,
      name: "newcomer",
    })
    const { source } = await copied.verified()
    t.ok((source?.changes ?? 0) >= 2, "the description and the group")
    const changes = (await verificationOf(copied)).source?.changes ?? []
    t.match(
      changes.filter(({ kind }) => kind !== "security_group_rule"),
      [
        { kind: "network", attribute: "description", planned: network?.description, now: "later" },
        { kind: "security_group", name: "newcomer", attribute: "id", planned: null },
      ],
    )
    await world.pool.query("update structure_servicesettings set password = 'changed' where id = $1", [
      world.rows.source.settings.id,
    ])
    t.match(await copied.verified(), { differences: 0, source: { changes: 0, unread: /sign in/ } })
  }),
)

t.test("a destination that cannot be read is reported, and earlier differences stay", (t) =>
  withCopy(async (copied) => {
    const { world } = copied
    const [network] = await inDestination(copied, "networks")
    await updateResource(world.destinationCloud, "networks", network?.id ?? "", { description: "other" })
    await copied.verified()
    const before = await recordsOf(copied)
    await world.pool.query("update structure_servicesettings set password = 'changed' where id = $1", [
      world.rows.destination.settings.id,
    ])
    t.match(await copied.verified(), { compared: 0, unread: /sign in/ })
    t.equal((await copied.differing()).length, 1)
    t.strictSame(await recordsOf(copied), before)
  }),
)

t.test("a verification that is requested twice runs once", (t) =>
  withWorld(
    async (world) => {
      const { uuid } = await world.create(await world.importTenant(demoTenant("small")))
      const verify = () => act(world, uuid, "verify")
      const early = await verify()
      t.strictSame([early.status, early.body], [409, { detail: "Valid states for operation: OK, ERRED." }])
      await end(t, world)
      const [first, second] = [await verify(), await verify()]
      t.strictSame([first.status, second.status], [202, 202])
      t.match(first.body, { uuid, state: "OK" })
      const { rows } = await world.pool.query(
        "select payload ->> 'stage' as stage from graphile_worker._private_jobs where payload ->> 'stage' = 'verify'",
      )
      t.strictSame(rows, [{ stage: "verify" }])
      t.match(await world.owner.progress(uuid), { verification: { pending: true } })
    },
    { worker: false },
  ),
)

/** Ends it as a worker does. */
async function end(t: Test, { pool }: TestWorld): Promise<void> {
  const ended = await pool.query("update waldur_openstack_replication_migration set state = 3")
  t.equal(ended.rowCount, 1)
  await pool.query("update openstack_replication.stage set state = 'done'")
  await pool.query(
    `update openstack_replication.run set started = now(), finished = now(),
     verification = '{"compared": 1, "differences": 0}'`,
  )
}
