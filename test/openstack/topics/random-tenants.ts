import fc from "fast-check"
import t from "tap"
import { mappedAddress } from "../../helpers/mapped-address.ts"
import { specOf } from "../../helpers/spec-of.ts"
import { viewTenant } from "../../helpers/tenant-view.ts"
import { mappedTenants } from "../../planning/arbitrary-mapping.ts"
import { withRealWorld } from "../real-world.ts"
import { cloud, longTimeout } from "../suite.ts"

/** Each run takes half a minute or more. RUNS sets the number of runs. */
const numRuns = Number(process.env.RUNS ?? 3)

t.setTimeout(longTimeout.timeout)

t.test("the copy of any tenant equals its source, at the mapped addresses", longTimeout, (t) =>
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
          t.match(verification, { differences: 0 }, "the plugin's verification finds no difference")
          const want = await viewTenant(world.cloud, tenant.projectId, (text) => mappedAddress(text, subnets))
          const copy = await viewTenant(world.cloud, projectId, (text) => mappedAddress(text, []))
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
