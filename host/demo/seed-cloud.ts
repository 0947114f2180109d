import { randomUUID } from "node:crypto"
import {
  type Body,
  type Cloud,
  createProject,
  createResources,
  listResources,
  setNetworkQuota,
  updateResource,
} from "../../src/openstack/index.ts"
import type { CloudIds } from "./cloud-ids.ts"
import { seedGroups } from "./seed-groups.ts"
import { seedRouters } from "./seed-routers.ts"
import type { PortSpec, SubnetSpec, TenantSpec } from "./tenant-spec.ts"

export interface SeedOptions {
  /** @default the tenant's name */
  readonly projectName?: string
  /** The external network of the routers' gateways. @default the cloud's first external network */
  readonly externalNetworkId?: string
}

export interface SeededTenant {
  readonly projectId: string
  /** Names of the instances by the device ids of their ports. The machines do not exist. */
  readonly instances: Readonly<Record<string, string>>
}

// The proxy of a slow cloud times out on larger bulk requests.
const PORTS_AT_ONCE = 50

/** Creates a tenant in a cloud, in a project of its own. */
export async function seedTenant(
  cloud: Cloud,
  tenant: TenantSpec,
  { projectName = tenant.name, externalNetworkId }: SeedOptions = {},
): Promise<SeededTenant> {
  const { domainId } = await cloud.whoami()
  const project = await createProject(cloud, { name: projectName, domainId, description: tenant.description })
  const projectId = project.id
  await setNetworkQuota(cloud, projectId, tenant.quotas)
  const networks = await seed(cloud, "networks", tenant.networks, ({ name, description, mtu }) => ({
    name,
    description,
    project_id: projectId,
    ...(mtu !== undefined && { mtu }),
  }))
  const subnets = await seed(cloud, "subnets", tenant.subnets, (subnet) => ({
    ...subnetBody(subnet),
    network_id: networks.get(subnet.network),
    project_id: projectId,
  }))
  const external = externalNetworkId ?? (await findExternalNetwork(cloud))
  await seedRouters(cloud, tenant, { projectId, networks, subnets, external })
  const groups = await seedGroups(cloud, tenant.groups, projectId)
  const instances = instanceIds(tenant.ports)
  await seedPorts(cloud, tenant.ports, (port) => ({
    ...portBody(port, { networks, subnets, groups, instances }),
    project_id: projectId,
  }))
  return { projectId, instances: Object.fromEntries(Array.from(instances, ([name, id]) => [id, name])) }
}

async function seed<Spec extends { readonly key: string }>(
  cloud: Cloud,
  collection: "networks" | "subnets",
  specs: readonly Spec[],
  toBody: (spec: Spec) => Body,
): Promise<CloudIds> {
  const made = await createResources(cloud, collection, specs.map(toBody))
  return new Map(specs.map(({ key }, index) => [key, made[index]?.id ?? ""]))
}

async function seedPorts(
  cloud: Cloud,
  specs: readonly PortSpec[],
  toBody: (spec: PortSpec) => Body,
): Promise<void> {
  for (let start = 0; start < specs.length; start += PORTS_AT_ONCE) {
    const part = specs.slice(start, start + PORTS_AT_ONCE)
    const made = await createResources(cloud, "ports", part.map(toBody))
    for (const [index, { allowedAddressPairs }] of part.entries()) {
      const port = made[index]
      // Neutron's ML2 silently drops address pairs from bulk requests.
      if (port && port.allowed_address_pairs?.length !== allowedAddressPairs.length)
        await updateResource(cloud, "ports", port.id, { allowed_address_pairs: allowedAddressPairs })
    }
  }
}

function subnetBody(subnet: SubnetSpec): Body {
  return {
    name: subnet.name,
    description: subnet.description,
    cidr: subnet.cidr,
    ip_version: subnet.ipVersion,
    gateway_ip: subnet.gatewayIp,
    enable_dhcp: subnet.enableDhcp,
    allocation_pools: subnet.allocationPools,
    dns_nameservers: subnet.dnsNameservers,
    host_routes: subnet.hostRoutes,
  }
}

function portBody(port: PortSpec, { networks, subnets, groups, instances }: Record<string, CloudIds>): Body {
  const deviceId = instances?.get(port.instance ?? "")
  return {
    name: port.name,
    description: port.description,
    network_id: networks?.get(port.network),
    fixed_ips: port.fixedIps.map(({ subnet, ipAddress }) => ({
      subnet_id: subnets?.get(subnet),
      ip_address: ipAddress,
    })),
    security_groups: port.groups.map((group) => groups?.get(group)),
    allowed_address_pairs: port.allowedAddressPairs,
    port_security_enabled: port.portSecurityEnabled,
    ...(port.macAddress !== undefined && { mac_address: port.macAddress }),
    ...(deviceId !== undefined && { device_id: deviceId, device_owner: "compute:nova" }),
  }
}

function instanceIds(ports: readonly PortSpec[]): CloudIds {
  const names = new Set(ports.flatMap(({ instance }) => instance ?? []))
  return new Map(Array.from(names, (name) => [name, randomUUID()]))
}

async function findExternalNetwork(cloud: Cloud): Promise<string | undefined> {
  const networks = await listResources(cloud, "networks", { "router:external": true })
  return networks[0]?.id
}
