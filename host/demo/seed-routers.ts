import { addRouterInterface, type Cloud, createResource, updateResource } from "../../src/openstack/index.ts"
import type { CloudIds } from "./cloud-ids.ts"
import type { InterfaceSpec, RouterSpec, SubnetSpec, TenantSpec } from "./tenant-spec.ts"

interface RouterSetup {
  readonly projectId: string
  readonly networks: CloudIds
  readonly subnets: CloudIds
  /** The external network; undefined: the cloud has none. */
  readonly external: string | undefined
}

/** Creates the routers with their gateways, interfaces and static routes. */
export async function seedRouters(cloud: Cloud, tenant: TenantSpec, setup: RouterSetup): Promise<void> {
  // One after another: of two requests at once the cloud may refuse the second, because it locks its address rows.
  for (const router of tenant.routers) await seedRouter(cloud, router, tenant.subnets, setup)
}

async function seedRouter(
  cloud: Cloud,
  { name, description, hasGateway, interfaces, routes }: RouterSpec,
  subnets: readonly SubnetSpec[],
  setup: RouterSetup,
): Promise<void> {
  const gateway = hasGateway && setup.external ? { network_id: setup.external } : null
  const { id } = await createResource(cloud, "routers", {
    name,
    description,
    project_id: setup.projectId,
    external_gateway_info: gateway,
  })
  for (const spec of interfaces) await connect(cloud, id, spec, subnets, setup)
  // Routes come last: their next hops must be in a connected subnet.
  if (routes.length > 0) await updateResource(cloud, "routers", id, { routes })
}

async function connect(
  cloud: Cloud,
  routerId: string,
  { subnet: key, ipAddress }: InterfaceSpec,
  subnets: readonly SubnetSpec[],
  setup: RouterSetup,
): Promise<void> {
  const subnet_id = setup.subnets.get(key) ?? ""
  if (ipAddress === undefined) {
    await addRouterInterface(cloud, routerId, { subnet_id })
    return
  }
  const network = subnets.find((subnet) => subnet.key === key)?.network ?? ""
  const port = await createResource(cloud, "ports", {
    project_id: setup.projectId,
    network_id: setup.networks.get(network),
    fixed_ips: [{ subnet_id, ip_address: ipAddress }],
  })
  await addRouterInterface(cloud, routerId, { port_id: port.id })
}
