import type { ProjectQuotas } from "../../src/handlers/usages/quotas.ts"
import {
  type Cloud,
  CloudError,
  getComputeQuota,
  getComputeUsage,
  getNetworkQuota,
  getNetworkUsage,
  getVolumeQuota,
  getVolumeUsage,
  listResources,
  type Network,
  type Port,
  type Project,
  type Quotas,
  type Router,
  type SecurityGroup,
  type Subnet,
} from "../../src/openstack/index.ts"

/** The current state of a project in its cloud. */
export interface LiveTenant {
  readonly project: Project
  readonly networks: readonly Network[]
  readonly subnets: readonly Subnet[]
  readonly routers: readonly Router[]
  readonly groups: readonly SecurityGroup[]
  readonly ports: readonly Port[]
  /** Ports of each router, by its id. The port of an external gateway belongs to no project. */
  readonly routerPorts: ReadonlyMap<string, readonly Port[]>
  readonly quotas: { readonly network: Quotas; readonly compute: Quotas; readonly volume: Quotas }
  /** What the project uses of its quotas, by service. */
  readonly usages: ProjectQuotas
}

/** Reads a project's structure, quotas and usages, as admin or as one of its members. */
export async function readLiveTenant(cloud: Cloud, projectId: string): Promise<LiveTenant> {
  const of = { project_id: projectId }
  const [project, networks, subnets, routers, groups, ports, quotas, usages] = await Promise.all([
    readProject(cloud, projectId),
    listResources(cloud, "networks", of),
    listResources(cloud, "subnets", of),
    listResources(cloud, "routers", of),
    listResources(cloud, "security-groups", of),
    listResources(cloud, "ports", of),
    readQuotas(cloud, projectId),
    readUsages(cloud, projectId),
  ])
  const routerPorts = await Promise.all(
    routers.map(async ({ id }) => [id, await listResources(cloud, "ports", { device_id: id })] as const),
  )
  return {
    project,
    networks,
    subnets,
    routers,
    groups,
    ports,
    routerPorts: new Map(routerPorts),
    quotas,
    usages,
  }
}

async function readProject(cloud: Cloud, id: string): Promise<Project> {
  const path = `/projects/${encodeURIComponent(id)}`
  const { project } = await cloud.call<{ project: Project }>({ service: "identity", method: "GET", path })
  return project
}

type NoValues = Readonly<Record<string, never>>

/** Quotas of a service that is missing, or that this user may not read, are empty. */
async function readQuotas(cloud: Cloud, projectId: string): Promise<LiveTenant["quotas"]> {
  const [network, compute, volume] = await Promise.all([
    emptyIfRefused(getNetworkQuota(cloud, projectId)),
    emptyIfRefused(getComputeQuota(cloud, projectId)),
    emptyIfRefused(getVolumeQuota(cloud, projectId)),
  ])
  return { network, compute, volume }
}

async function readUsages(cloud: Cloud, projectId: string): Promise<ProjectQuotas> {
  const [network, compute, volume] = await Promise.all([
    emptyIfRefused(getNetworkUsage(cloud, projectId)),
    emptyIfRefused(getComputeUsage(cloud, projectId)),
    emptyIfRefused(getVolumeUsage(cloud, projectId)),
  ])
  return { network, compute, volume }
}

async function emptyIfRefused<Values extends object>(request: Promise<Values>): Promise<Values | NoValues> {
  try {
    return await request
  } catch (error) {
    if (error instanceof CloudError && error.retry === "no") return {}
    throw error
  }
}
