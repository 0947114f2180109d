import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { createResource, listResources, updateResource } from "../../src/openstack/index.ts"
import { holdExactReport } from "../helpers/exact-report.ts"
import { act } from "../helpers/migration.ts"
import { enrich } from "../helpers/rich-tenant.ts"
import { richView } from "../helpers/rich-view.ts"
import { withWorld } from "../helpers/world.ts"

t.test("a tenant that uses every attribute is copied with every attribute and can be rolled back", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), (projectId) =>
      enrich(world.sourceCloud, projectId),
    )
    const migration = await world.ended(
      (
        await world.create(tenant, {
          mappings: { sync_instance_ports: true, static_routes: "reachable" },
        })
      ).uuid,
    )
    t.equal(migration.error_message, "")
    t.strictSame(
      await richView(world.destinationCloud, await world.projectOf(migration)),
      await richView(world.sourceCloud, tenant.projectId),
    )
    const { token } = world.rows.users.owner
    await holdExactReport(t, world.url, migration.uuid, token)

    await act(world, migration.uuid, "rollback")
    t.match(await world.ended(migration.uuid), {
      dst_resource_state: "Terminated",
      error_message: /^Rollback requested by .+ is complete: \d+ objects were removed\.$/,
    })
  }),
)

/** A network with attributes that a destination may refuse. */
const rare = { name: "rare", vlan_transparent: true, availability_zone_hints: ["zone-1"] }

t.test("an attribute that the destination refuses is dropped alone, and the report has the reason", (t) =>
  withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"), async (project_id) => {
        await createResource(world.sourceCloud, "networks", { ...rare, project_id })
      })
      const migration = await world.ended((await world.create(tenant, { name: "copy" })).uuid)
      t.equal(migration.error_message, "")
      const { rows } = await world.pool.query(
        "select notes -> 'dropped' as dropped from openstack_replication.object where name = 'rare'",
      )
      t.match(rows, [
        {
          dropped: [
            {
              attribute: "vlan_transparent",
              value: true,
              reason: /Backend does not support VLAN Transparency/,
            },
          ],
        },
      ])
      t.equal(rows[0].dropped.length, 1)
      const [copy] = await listResources(world.destinationCloud, "networks", { name: "rare" })
      t.match(copy, { vlan_transparent: false, availability_zone_hints: ["zone-1"] })
    },
    {},
    { source: { vlanTransparent: true } },
  ),
)

t.test("a quota that is too small drops no attribute: a retry creates the object with all of them", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), async (project_id) => {
      const { name, availability_zone_hints } = rare
      await createResource(world.sourceCloud, "networks", { name, availability_zone_hints, project_id })
    })
    world.destination.onRequest = async ({ method, path }) =>
      method === "POST" && path === "networks"
        ? {
            status: 409,
            body: { NeutronError: { type: "OverQuota", message: "Quota exceeded.", detail: "" } },
          }
        : undefined
    const { uuid } = await world.create(tenant, { name: "copy" })
    t.equal((await world.ended(uuid)).state, "ERRED")
    world.destination.onRequest = undefined
    await act(world, uuid, "retry")
    t.equal((await world.ended(uuid)).error_message, "")
    const [copy] = await listResources(world.destinationCloud, "networks", { name: "rare" })
    t.match(copy, { availability_zone_hints: ["zone-1"] })
  }),
)

t.test("a subnet without pools is copied without pools, even if their removal fails at first", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"), async (project_id) => {
      const [network] = await listResources(world.sourceCloud, "networks", { project_id })
      const subnet = {
        project_id,
        network_id: network?.id,
        name: "no pools",
        cidr: "10.69.0.0/24",
        ip_version: 4,
      }
      const { id } = await createResource(world.sourceCloud, "subnets", subnet)
      await updateResource(world.sourceCloud, "subnets", id, { allocation_pools: [] })
    })
    let refused = 0
    world.destination.onRequest = async ({ method, path }) => {
      if (method !== "PUT" || !path.startsWith("subnets/") || refused++ > 0) return undefined
      return { status: 503, body: {} }
    }
    const migration = await world.ended((await world.create(tenant, { name: "copy" })).uuid)
    t.equal(migration.error_message, "")
    t.equal(refused, 2, "sent once more")
    const copies = await listResources(world.destinationCloud, "subnets", { name: "no pools" })
    t.match(copies, [{ cidr: "10.69.0.0/24", allocation_pools: [] }])
  }),
)
