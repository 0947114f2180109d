import {
  type AddressGroup,
  type Cloud,
  CloudError,
  type Collection,
  type FloatingIp,
  getComputeQuota,
  getNetworkQuota,
  getProject,
  getVolumeQuota,
  isNotFound,
  listResources,
  type Network,
  type OtherResource,
  type Port,
  type QosPolicy,
  type Quotas,
  type RbacPolicy,
  type ResourceOf,
  type Router,
  type SecurityGroup,
  type Subnet,
  type Trunk,
} from "../openstack/index.ts"

/** A project's structure as its cloud shows it now. */
export interface LiveSource {
  readonly projectId: string
  readonly networks: readonly Network[]
  readonly subnets: readonly Subnet[]
  readonly routers: readonly Router[]
  readonly groups: readonly SecurityGroup[]
  readonly ports: readonly Port[]
  readonly addressGroups: readonly AddressGroup[]
  readonly policies: readonly QosPolicy[]
  readonly trunks: readonly Trunk[]
  readonly rbacPolicies: readonly RbacPolicy[]
  readonly floatingIps: readonly FloatingIp[]
  readonly subnetPools: readonly OtherResource[]
  readonly addressScopes: readonly OtherResource[]
  readonly quotas: { readonly network?: Quotas; readonly compute?: Quotas; readonly volume?: Quotas }
}

/** Reads all of a project's structure and its quotas. @throws CloudError where the cloud cannot be read */
export async function readLiveSource(cloud: Cloud, projectId: string): Promise<LiveSource> {
  const of = <C extends Collection>(name: C) => listResources(cloud, name, { project_id: projectId })
  // What every Neutron has is asked for with its extensions, the rest when they are known.
  const [extensions, ports, networks, subnets, quotas] = await Promise.all([
    readExtensions(cloud),
    of("ports"),
    of("networks"),
    of("subnets"),
    readQuotas(cloud, projectId),
  ])
  const where = <C extends Collection>(extension: string, name: C): Promise<readonly ResourceOf<C>[]> =>
    extensions.has(extension) ? of(name) : Promise.resolve([])
  const [groups, routers, floatingIps, addressGroups, policies, trunks, rbacPolicies, subnetPools, scopes] =
    await Promise.all([
      where("security-group", "security-groups"),
      where("router", "routers"),
      where("router", "floatingips"),
      where("address-group", "address-groups"),
      where("qos", "policies"),
      where("trunk", "trunks"),
      where("rbac-policies", "rbac-policies"),
      where("subnet_allocation", "subnetpools"),
      where("address-scope", "address-scopes"),
    ])
  return {
    projectId,
    networks,
    subnets,
    routers,
    groups,
    ports,
    addressGroups,
    policies,
    trunks,
    rbacPolicies,
    floatingIps,
    subnetPools,
    addressScopes: scopes,
    quotas,
  }
}

/** Whether Keystone knows the project. Who may not ask is taken to be one of its members. */
export async function projectExists(cloud: Cloud, projectId: string): Promise<boolean> {
  try {
    await getProject(cloud, projectId)
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    if (error instanceof CloudError && error.failure.status === 403) return true
    throw error
  }
}

/** Aliases of a Neutron's extensions. */
export async function readExtensions(cloud: Cloud): Promise<ReadonlySet<string>> {
  const extensions = await listResources(cloud, "extensions")
  return new Set(extensions.map(({ alias }) => alias))
}

/** Quotas are worth having, but a cloud without one of the services has a structure all the same. */
async function readQuotas(cloud: Cloud, projectId: string): Promise<LiveSource["quotas"]> {
  const [network, compute, volume] = await Promise.all([
    unlessRefused(getNetworkQuota(cloud, projectId)),
    unlessRefused(getComputeQuota(cloud, projectId)),
    unlessRefused(getVolumeQuota(cloud, projectId)),
  ])
  return { ...(network && { network }), ...(compute && { compute }), ...(volume && { volume }) }
}

async function unlessRefused(reading: Promise<Quotas>): Promise<Quotas | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CloudError && error.retry === "no") return undefined
    throw error
  }
}
