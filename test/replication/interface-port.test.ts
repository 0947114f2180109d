import t from "tap"
import { createResource, listResources } from "../../src/openstack/index.ts"
import { act } from "../helpers/migration.ts"
import { offGateway } from "../helpers/off-gateway.ts"
import { full, request } from "../helpers/rollback.ts"
import { withWorld } from "../helpers/world.ts"

t.test("a user's port at the address of an interface is not attached to the router", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(offGateway())
    world.destination.onRequest = async ({ method, path, body }) =>
      method === "PUT" && path.endsWith("add_router_interface") && JSON.stringify(body).includes("port_id")
        ? full
        : undefined
    const { uuid } = await world.create(tenant, request)
    const erred = await world.ended(uuid)
    t.equal(erred.state, "ERRED")
    world.destination.onRequest = undefined

    const project_id = await world.projectOf(erred)
    const subnets = await listResources(world.destinationCloud, "subnets", { project_id })
    const subnet = subnets.find(({ cidr }) => cidr.startsWith("10.20.0."))
    const theirs = await createResource(world.destinationCloud, "ports", {
      project_id,
      network_id: subnet?.network_id,
      name: "theirs",
      fixed_ips: [{ subnet_id: subnet?.id, ip_address: "10.20.0.2" }],
    })
    t.equal((await act(world, uuid, "retry")).status, 200)
    const migration = await world.ended(uuid)
    t.match(migration, { state: "ERRED", error_message: /IpAddressAlreadyAllocated|10\.20\.0\.2|allocated/i })
    const ports = await listResources(world.destinationCloud, "ports", { project_id })
    t.match(
      ports.find(({ id }) => id === theirs.id),
      { device_id: "", device_owner: "" },
    )
  }),
)
