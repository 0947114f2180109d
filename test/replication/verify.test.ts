import t, { type Test } from "tap"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { createResource, deleteResource, listResources, updateResource } from "../../src/openstack/index.ts"
import type { MigrationObject } from "../../src/serializers/objects.ts"
import type { Progress } from "../../src/serializers/progress.ts"
import { ask } from "../helpers/http.ts"
import { act, untilVerified } from "../helpers/migration.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const all = { mappings: { sync_instance_ports: true, static_routes: "reachable" } } as const

interface Copied {
  readonly world: TestWorld
  readonly uuid: string
  /** OpenStack's ids of the projects. */
  readonly source: string
  readonly destination: string
  act(action: string, method?: string): ReturnType<typeof ask>
  /** Requests a verification and waits for its end. */
  verified(): Promise<NonNullable<Progress["verification"]>>
  /** Returns the objects with differences. */
  differing(): Promise<readonly MigrationObject[]>
}

/** A small tenant whose copy has ended. */
function withCopy(run: (copied: Copied) => Promise<void>, spec: TenantSpec = demoTenant("small")) {
  return withWorld(async (world) => {
    const tenant = await world.importTenant(spec)
    const migration = await world.ended((await world.create(tenant, all)).uuid)
    if (migration.state !== "OK") throw new Error(migration.error_message)
    const { uuid } = migration
    const { token } = world.rows.users.owner
    const act: Copied["act"] = (action, method = "POST") =>
      ask(`${world.url}/api/openstack-migrations/${uuid}/${action}`, { method, token })
    await run({
      world,
      uuid,
      source: tenant.projectId,
      destination: await world.projectOf(migration),
      act,
      async verified() {
        const { status } = await act("verify/")
        if (status !== 202) throw new Error(`verify answered ${status}`)
        return untilVerified(world, uuid)
      },
      async differing() {
        const { body } = await act("objects/?page_size=300", "GET")
        return (body as readonly MigrationObject[]).filter((one) => one.differences.length > 0)
      },
    })
  })
}

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

/** Changes in the destination project, and how a later verification reports them. */
const drifts: readonly (readonly [
  title: string,
  change: (copied: Copied) => Promise<unknown>,
  differing: readonly object[],
  unmanaged: readonly object[],
])[] = [
  [
    "a rule that was deleted is gone",
    async (copied) => {
      const [rule] = await inDestination(copied, "security-group-rules")
      await deleteResource(copied.world.destinationCloud, "security-group-rules", rule?.id ?? "")
    },
    [{ kind: "security_group_rule", differences: [{ attribute: "id", seen: null }] }],
    [],
  ],
  [
    "a port that was changed has both values",
    async (copied) => {
      const ports = await inDestination(copied, "ports")
      const port = ports.find((one) => one.device_owner === "" || one.device_owner.startsWith("compute"))
      await updateResource(copied.world.destinationCloud, "ports", port?.id ?? "", { name: "renamed" })
    },
    [{ kind: "port", differences: [{ attribute: "name", seen: "renamed" }] }],
    [],
  ],
  [
    "an unmanaged network is named, with what it holds",
    async (copied) => {
      const { destinationCloud: cloud } = copied.world
      const own = { project_id: copied.destination, name: "theirs" }
      const { id } = await createResource(cloud, "networks", own)
      const cidr = "192.168.9.0/24"
      await createResource(cloud, "subnets", { ...own, network_id: id, ip_version: 4, cidr })
      await createResource(cloud, "ports", { ...own, network_id: id })
    },
    [],
    [
      { kind: "network", name: "theirs" },
      { kind: "subnet", name: "theirs 192.168.9.0/24" },
      { kind: "port", name: "theirs" },
    ],
  ],
  [
    "a rule that was added to a managed group is named",
    async (copied) => {
      const { destinationCloud: cloud } = copied.world
      const group = (await inDestination(copied, "security-groups")).find(({ name }) => name !== "default")
      await createResource(cloud, "security-group-rules", {
        project_id: copied.destination,
        security_group_id: group?.id,
        direction: "ingress",
        ethertype: "IPv4",
        protocol: "sctp",
        description: "added",
      })
    },
    [],
    [{ kind: "security_group_rule", name: /^ingress sctp of / }],
  ],
  [
    "a route that was added to a managed router is named",
    async (copied) => {
      const [router] = await inDestination(copied, "routers")
      const [known] = router?.routes ?? []
      const routes = [...(router?.routes ?? []), { ...known, destination: "203.0.113.0/24" }]
      await updateResource(copied.world.destinationCloud, "routers", router?.id ?? "", { routes })
    },
    [],
    [{ kind: "route", name: /^203\.0\.113\.0\/24 via .* on / }],
  ],
  [
    "a router without its external gateway is reported",
    async (copied) => {
      const [router] = await inDestination(copied, "routers")
      await updateResource(copied.world.destinationCloud, "routers", router?.id ?? "", {
        external_gateway_info: null,
      })
    },
    [{ kind: "gateway", differences: [{ attribute: "id", seen: null }] }],
    [],
  ],
]

function inDestination<C extends Parameters<typeof listResources>[1]>(copied: Copied, collection: C) {
  return listResources(copied.world.destinationCloud, collection, { project_id: copied.destination })
}

t.test("a later verification finds changes in the destination and records nothing else", (t) =>
  withCopy(async (copied) => {
    const records = await recordsOf(copied)
    let [differing, unmanaged] = [await copied.differing(), await unmanagedOf(copied)]
    t.strictSame([differing, unmanaged], [[], []], "the copy was exact")
    for (const [title, change, wantDiffering, wantExtra] of drifts) {
      await change(copied)
      const verification = await copied.verified()
      const [nowDiffering, nowUnmanaged] = [await copied.differing(), await unmanagedOf(copied)]
      const [newDiffering, newUnmanaged] = [added(differing, nowDiffering), added(unmanaged, nowUnmanaged)]
      t.match([newDiffering, newUnmanaged], [wantDiffering, wantExtra], title)
      t.strictSame(
        [newDiffering.length, newUnmanaged.length],
        [wantDiffering.length, wantExtra.length],
        `${title}; nothing else differs`,
      )
      t.match(verification, {
        unmanaged: nowUnmanaged.length,
        differences: nowUnmanaged.length + nowDiffering.flatMap((one) => one.differences).length,
      })
      ;[differing, unmanaged] = [nowDiffering, nowUnmanaged]
    }
    t.strictSame(await recordsOf(copied), records, "migration, order and resource stay as they are")
  }),
)

function added<Item>(before: readonly Item[], after: readonly Item[]): readonly Item[] {
  const known = new Set(before.map((one) => JSON.stringify(one)))
  return after.filter((one) => !known.has(JSON.stringify(one)))
}

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

async function verificationOf({ world }: Copied) {
  const { rows } = await world.pool.query<{
    verification: {
      unmanaged?: { objects: readonly { kind: string; name: string }[] }
      source?: { changes: readonly { kind: string }[] }
    }
  }>("select verification from openstack_replication.run")
  return rows[0]?.verification ?? {}
}

async function unmanagedOf(copied: Copied) {
  return (await verificationOf(copied)).unmanaged?.objects ?? []
}

/** What a verification must not change. */
async function recordsOf({ world }: Copied) {
  const queries = [
    "select * from waldur_openstack_replication_migration",
    "select * from marketplace_resource order by id",
    "select * from marketplace_order order by id",
    "select * from openstack_tenant order by id",
    "select started, finished from openstack_replication.run",
  ]
  return Promise.all(queries.map(async (query) => (await world.pool.query(query)).rows))
}
