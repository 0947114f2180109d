import { unlessRefused } from "../kinds/unless-refused.ts"
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

/** The structure of a project, as its cloud shows it now. */
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

/** Reads the structure and the quotas of a project. @throws CloudError if the cloud cannot be read */
export async function readLiveSource(cloud: Cloud, projectId: string): Promise<LiveSource> {
  const list = <C extends Collection>(name: C) => listResources(cloud, name, { project_id: projectId })
  // Collections of every Neutron are read together with its extensions, the others when the extensions are known.
  const [extensions, ports, networks, subnets, quotas] = await Promise.all([
    readExtensions(cloud),
    list("ports"),
    list("networks"),
    list("subnets"),
    readQuotas(cloud, projectId),
  ])
  return {
    projectId,
    networks,
    subnets,
    ports,
    quotas,
    ...(await readOptional(list, extensions)),
  }
}

/** Reads the collections that a Neutron may lack, by its extensions; those of a missing extension are empty. */
async function readOptional(
  list: <C extends Collection>(name: C) => Promise<readonly ResourceOf<C>[]>,
  extensions: ReadonlySet<string>,
) {
  const listIf = <C extends Collection>(extension: string, name: C): Promise<readonly ResourceOf<C>[]> =>
    extensions.has(extension) ? list(name) : Promise.resolve([])
  const [
    groups,
    routers,
    floatingIps,
    addressGroups,
    policies,
    trunks,
    rbacPolicies,
    subnetPools,
    addressScopes,
  ] = await Promise.all([
    listIf("security-group", "security-groups"),
    listIf("router", "routers"),
    listIf("router", "floatingips"),
    listIf("address-group", "address-groups"),
    listIf("qos", "policies"),
    listIf("trunk", "trunks"),
    listIf("rbac-policies", "rbac-policies"),
    listIf("subnet_allocation", "subnetpools"),
    listIf("address-scope", "address-scopes"),
  ])
  return {
    groups,
    routers,
    addressGroups,
    policies,
    trunks,
    rbacPolicies,
    floatingIps,
    subnetPools,
    addressScopes,
  }
}

/**
 * Whether the project exists in Keystone. A user that Keystone refuses to answer (403) is taken for a member of it.
 */
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

/** Returns the aliases of Neutron's extensions. */
export async function readExtensions(cloud: Cloud): Promise<ReadonlySet<string>> {
  const extensions = await listResources(cloud, "extensions")
  return new Set(extensions.map(({ alias }) => alias))
}

/** Reads the quotas of the services that show them: without quotas, the structure can still be copied. */
async function readQuotas(cloud: Cloud, projectId: string): Promise<LiveSource["quotas"]> {
  const [network, compute, volume] = await Promise.all([
    unlessRefused(getNetworkQuota(cloud, projectId)),
    unlessRefused(getComputeQuota(cloud, projectId)),
    unlessRefused(getVolumeQuota(cloud, projectId)),
  ])
  return { ...(network && { network }), ...(compute && { compute }), ...(volume && { volume }) }
}
