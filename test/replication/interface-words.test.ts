import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { listResources, updateResource } from "../../src/openstack/index.ts"
import { request } from "../helpers/rollback.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { withWorld } from "../helpers/world.ts"

const forbidden = {
  status: 403,
  body: { NeutronError: { type: "PolicyNotAuthorized", message: "It is disallowed by policy.", detail: "" } },
}

for (const [title, most, differences] of [
  ["once, has it after the next try", 1, 0],
  ["each time, is created without it, and the verification reports it", Number.POSITIVE_INFINITY, 1],
] as const) {
  t.test(`an interface whose name is refused ${title}`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"), async (project_id) => {
        const ports = await listResources(world.sourceCloud, "ports", { project_id })
        const port = ports.find(
          ({ device_owner, fixed_ips: [address] }) =>
            device_owner.startsWith("network:router_interface") && address?.ip_address.endsWith(".1"),
        )
        await updateResource(world.sourceCloud, "ports", port?.id ?? "", { name: "external gateway" })
      })
      let refused = 0
      world.destination.onRequest = async ({ method, path }) => {
        if (method !== "PUT" || !path.startsWith("ports/") || refused >= most) return
        refused += 1
        return forbidden
      }
      const { uuid } = await world.create(tenant, request)
      const migration = await world.ended(uuid)
      t.ok(refused > 0)
      t.equal(migration.state, "OK", migration.error_message)
      const { verification } = await world.owner.progress(uuid)
      t.match(verification, { differences })
      if (differences > 0) return
      t.strictSame(
        await viewTenant(world.destinationCloud, await world.projectOf(migration)),
        await viewTenant(world.sourceCloud, tenant.projectId),
      )
    }),
  )
}
