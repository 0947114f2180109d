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

export async function makeRouter(
  { admin, tenant, projectId, ids }: SequentialContext,
  spec: RouterSpec,
): Promise<void> {
  const router = await createResource(admin, "routers", { name: spec.name, tenant_id: projectId })
  ids.set(spec.key, router.id)
  await updateResource(tenant, "routers", router.id, { routes: [] })
}

export async function makeNetwork(
  { tenant, projectId, ids }: SequentialContext,
  spec: NetworkSpec,
): Promise<void> {
  const { name, mtu } = spec
  const made = await oneInBulk<Network>(tenant, "networks", {
    name,
    tenant_id: projectId,
    ...(mtu !== undefined && { mtu }),
  })
  ids.set(spec.key, made.id)
}

/** A subnet goes to the first router, unless that stands in its network already. */
export async function makeSubnet(
  { tenant, projectId, ids }: SequentialContext,
  spec: SubnetSpec,
): Promise<void> {
  const network_id = ids.get(spec.network)
  const { id } = await oneInBulk<Subnet>(tenant, "subnets", {
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

export async function connectOutside({
  tenant,
  projectId,
  externalNetworkId,
}: SequentialContext): Promise<void> {
  const { id: network_id } = await getResource(tenant, "networks", externalNetworkId)
  const [router] = await listResources(tenant, "routers", { tenant_id: projectId })
  if (router === undefined) return
  await updateResource(tenant, "routers", router.id, { external_gateway_info: { network_id } })
}

export async function makePort({ tenant, ids }: SequentialContext, spec: PortSpec): Promise<void> {
  const [first] = spec.fixedIps
  if (first === undefined) return
  await createResource(tenant, "ports", {
    network_id: ids.get(spec.network),
    fixed_ips: [{ subnet_id: ids.get(first.subnet) }],
    security_groups: spec.groups.map((group) => ids.get(group)),
  })
}

/** The bulk form, with one object in it. */
async function oneInBulk<T>(tenant: Cloud, many: "networks" | "subnets", values: object): Promise<T> {
  const request = {
    service: "network",
    method: "POST",
    path: `/${many}`,
    body: { [many]: [values] },
  } as const
  const [made] = (await tenant.call<Record<string, readonly T[]>>(request))[many] ?? []
  if (made === undefined) throw new Error("A bulk answer without its object.")
  return made
}
