import type { NetworkSpec, PortSpec, RouterSpec, SubnetSpec } from "../../host/demo/tenant-spec.ts"
import {
  addRouterInterface,
  type Cloud,
  createResource,
  getResource,
  listResources,
  type Network,
  type Subnet,
  updateResource,
} from "../../src/openstack/index.ts"
import type { SequentialContext } from "./context.ts"

export async function createRouter(
  { admin, tenant, projectId, ids }: SequentialContext,
  spec: RouterSpec,
): Promise<void> {
  const router = await createResource(admin, "routers", { name: spec.name, tenant_id: projectId })
  ids.set(spec.key, router.id)
  await updateResource(tenant, "routers", router.id, { routes: [] })
}

export async function createNetwork(
  { tenant, projectId, ids }: SequentialContext,
  spec: NetworkSpec,
): Promise<void> {
  const { name, mtu } = spec
  const made = await createByBulk<Network>(tenant, "networks", {
    name,
    tenant_id: projectId,
    ...(mtu !== undefined && { mtu }),
  })
  ids.set(spec.key, made.id)
}

/** Connects the subnet to the first router, unless the router has a port in the network already. */
export async function createSubnet(
  { tenant, projectId, ids }: SequentialContext,
  spec: SubnetSpec,
): Promise<void> {
  const network_id = ids.get(spec.network)
  const { id } = await createByBulk<Subnet>(tenant, "subnets", {
    name: spec.name,
    network_id,
    tenant_id: projectId,
    cidr: spec.cidr,
    allocation_pools: spec.allocationPools,
    ip_version: spec.ipVersion,
    enable_dhcp: true,
    ...(spec.dnsNameservers.length > 0 && { dns_nameservers: spec.dnsNameservers }),
    ...(spec.hostRoutes.length > 0 && { host_routes: spec.hostRoutes }),
  })
  ids.set(spec.key, id)
  const [router] = await listResources(tenant, "routers", { tenant_id: projectId })
  await getResource(tenant, "subnets", id)
  if (router === undefined) return
  const query = { device_id: router.id, tenant_id: projectId, network_id }
  const present = await listResources(tenant, "ports", query)
  if (present.length === 0) await addRouterInterface(tenant, router.id, { subnet_id: id })
}

export async function setExternalGateway({
  tenant,
  projectId,
  externalNetworkId,
}: SequentialContext): Promise<void> {
  const { id: network_id } = await getResource(tenant, "networks", externalNetworkId)
  const [router] = await listResources(tenant, "routers", { tenant_id: projectId })
  if (router === undefined) return
  await updateResource(tenant, "routers", router.id, { external_gateway_info: { network_id } })
}

export async function createPort({ tenant, ids }: SequentialContext, spec: PortSpec): Promise<void> {
  const [first] = spec.fixedIps
  if (first === undefined) return
  await createResource(tenant, "ports", {
    network_id: ids.get(spec.network),
    fixed_ips: [{ subnet_id: ids.get(first.subnet) }],
    security_groups: spec.groups.map((group) => ids.get(group)),
  })
}

/** Creates one object by a bulk request. */
async function createByBulk<T>(tenant: Cloud, many: "networks" | "subnets", values: object): Promise<T> {
  const request = {
    service: "network",
    method: "POST",
    path: `/${many}`,
    body: { [many]: [values] },
  } as const
  const [made] = (await tenant.call<Record<string, readonly T[]>>(request))[many] ?? []
  if (made === undefined) throw new Error(`Neutron returned no object for a bulk request to /${many}.`)
  return made
}
