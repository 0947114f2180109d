import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { createResource, listResources } from "../../src/openstack/index.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

const request = { mappings: { sync_instance_ports: true, static_routes: "reachable" } }

/** Creates a port of the destination cloud's own at the address of a port that is about to be created. */
function takeAddress(world: TestWorld, device_owner: string): Promise<string> {
  const taken = Promise.withResolvers<string>()
  let busy = false
  world.destination.onRequest = async ({ method, path, body }) => {
    if (method !== "POST" || path !== "ports" || busy) return
    busy = true
    const { ports = [], port } = body as { ports?: RequestedPort[]; port?: RequestedPort }
    const [requested] = [...ports, ...(port === undefined ? [] : [port])]
    const { id } = await createResource(world.destinationCloud, "ports", {
      project_id: requested?.project_id,
      network_id: requested?.network_id,
      device_owner,
      device_id: "the cloud's own",
      fixed_ips: requested?.fixed_ips.slice(0, 1),
    })
    taken.resolve(id)
  }
  return taken.promise
}

interface RequestedPort {
  readonly project_id: string
  readonly network_id: string
  readonly fixed_ips: readonly unknown[]
}

for (const owner of ["network:dhcp", "network:distributed"]) {
  t.test(`a port of ${owner} is deleted for the planned port at its address`, (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const taken = takeAddress(world, owner)
      const migration = await world.ended((await world.create(tenant, request)).uuid)
      t.equal(migration.error_message, "")
      const project_id = await world.projectOf(migration)
      t.strictSame(
        await viewTenant(world.destinationCloud, project_id),
        await viewTenant(world.sourceCloud, tenant.projectId),
      )
      const id = await taken
      const ports = await listResources(world.destinationCloud, "ports", { project_id })
      t.equal(ports.find((port) => port.id === id)?.fixed_ips.length, 1, "it still has an address")
    }),
  )
}

t.test("a user's port at a planned address is kept, and the refusal is reported", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    takeAddress(world, "compute:nova")
    const migration = await world.ended((await world.create(tenant, request)).uuid)
    t.equal(migration.state, "ERRED")
    t.match(migration.error_message, /IP address \S+ already allocated/)
  }),
)
