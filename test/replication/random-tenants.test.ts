import fc from "fast-check"
import t from "tap"
import { mappedAddress } from "../helpers/mapped-address.ts"
import { specOf } from "../helpers/spec-of.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"
import { mappedTenants } from "../planning/arbitrary-mapping.ts"

/** Each run creates a tenant and copies it, in half a second. RUNS sets the number of runs. */
const numRuns = Number(process.env.RUNS ?? 12)

t.test("the copy of any tenant equals its source, at the mapped addresses", (t) =>
  withWorld(
    async (world) => {
      await fc.assert(
        fc.asyncProperty(mappedTenants(), async ({ source, subnets }) => {
          const tenant = await world.importTenant(specOf(source))
          const created = await world.create(tenant, {
            name: "copy",
            mappings: {
              subnets,
              sync_instance_ports: true,
              static_routes: "reachable",
              skip_connection_extnet: source.routers.every((router) => router.hasGateway !== true),
            },
          })
          const migration = await world.ended(created.uuid)
          if (migration.state !== "OK") throw new Error(migration.error_message)
          const { verification } = await world.owner.progress(created.uuid)
          if (verification?.differences !== 0) throw new Error(await differencesOf(world))
          const want = await viewTenant(world.sourceCloud, tenant.projectId, (text) =>
            mappedAddress(text, subnets),
          )
          const copy = await viewTenant(world.destinationCloud, await world.projectOf(migration), (text) =>
            mappedAddress(text, []),
          )
          if (!t.same(copy, want)) throw new Error("the copy differs")
        }),
        { numRuns, endOnFailure: true },
      )
    },
    { remapPorts: true },
  ),
)

async function differencesOf(world: TestWorld): Promise<string> {
  const { rows } = await world.pool.query(
    "select kind, name, body, differences from openstack_replication.object where jsonb_array_length(differences) > 0",
  )
  return JSON.stringify(rows)
}
