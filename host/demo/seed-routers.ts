import { addRouterInterface, type Cloud, createResource, updateResource } from "../../src/openstack/index.ts"
import type { CloudIds } from "./cloud-ids.ts"
import type { InterfaceSpec, RouterSpec, SubnetSpec, TenantSpec } from "./tenant-spec.ts"

interface Place {
  readonly projectId: string
  readonly networks: CloudIds
  readonly subnets: CloudIds
  /** The external network, where the cloud has one. */
  readonly external: string | undefined
}

/** Makes the routers with their gateways, interfaces and static routes. */
export async function seedRouters(cloud: Cloud, tenant: TenantSpec, place: Place): Promise<void> {
  // One after another: a cloud locks its rows of addresses, and refuses the later of two that come at once.
  for (const router of tenant.routers) await seedRouter(cloud, router, tenant.subnets, place)
}

async function seedRouter(
  cloud: Cloud,
  { name, description, hasGateway, interfaces, routes }: RouterSpec,
  subnets: readonly SubnetSpec[],
  place: Place,
): Promise<void> {
  const gateway = hasGateway && place.external ? { network_id: place.external } : null
  const { id } = await createResource(cloud, "routers", {
    name,
    description,
    project_id: place.projectId,
    external_gateway_info: gateway,
  })
  for (const one of interfaces) await connect(cloud, id, one, subnets, place)
  // Next hops must be in reach, so routes come last.
  if (routes.length > 0) await updateResource(cloud, "routers", id, { routes })
}

async function connect(
  cloud: Cloud,
  routerId: string,
  { subnet: key, ipAddress }: InterfaceSpec,
  subnets: readonly SubnetSpec[],
  place: Place,
): Promise<void> {
  const subnet_id = place.subnets.get(key) ?? ""
  if (ipAddress === undefined) {
    await addRouterInterface(cloud, routerId, { subnet_id })
    return
  }
  const network = subnets.find((subnet) => subnet.key === key)?.network ?? ""
  const port = await createResource(cloud, "ports", {
    project_id: place.projectId,
    network_id: place.networks.get(network),
    fixed_ips: [{ subnet_id, ip_address: ipAddress }],
  })
  await addRouterInterface(cloud, routerId, { port_id: port.id })
}
