import { type Cloud, type FixedIp, listResources, type Subnet } from "../../src/openstack/index.ts"

/**
 * A tenant without ids and in a fixed order. Two tenants with equal views are copies of each other. Built from the
 * responses of the cloud, with none of the code under test.
 */
export interface TenantView {
  readonly networks: readonly unknown[]
  readonly routers: readonly unknown[]
  readonly groups: readonly unknown[]
  readonly ports: readonly unknown[]
}

/** @param at maps the addresses and networks of a source to those expected of its copy. @default unchanged */
export async function viewTenant(
  cloud: Cloud,
  projectId: string,
  at: (addressOrPrefix: string) => string = (text) => text,
): Promise<TenantView> {
  const query = { project_id: projectId }
  const [networks, subnets, routers, groups, ports] = await Promise.all([
    listResources(cloud, "networks", query),
    listResources(cloud, "subnets", query),
    listResources(cloud, "routers", query),
    listResources(cloud, "security-groups", query),
    listResources(cloud, "ports", query),
  ])
  const subnetView = (subnet: Subnet) => ({
    name: subnet.name,
    description: subnet.description,
    cidr: at(subnet.cidr),
    ip_version: subnet.ip_version,
    gateway: subnet.gateway_ip === null ? null : at(subnet.gateway_ip),
    dhcp: subnet.enable_dhcp,
    pools: sort(subnet.allocation_pools.map(({ start, end }) => `${at(start)}-${at(end)}`)),
    dns: subnet.dns_nameservers.map(at),
    routes: sort(
      subnet.host_routes.map(({ destination, nexthop }) => `${at(destination)} via ${at(nexthop)}`),
    ),
  })
  const networkViews = new Map(
    networks.map((network) => [
      network.id,
      {
        name: network.name,
        description: network.description,
        mtu: network.mtu,
        subnets: sort(subnets.filter(({ network_id }) => network_id === network.id).map(subnetView)),
      },
    ]),
  )
  const placeOf = ({ subnet_id, ip_address }: FixedIp) => {
    const subnet = subnets.find(({ id }) => id === subnet_id)
    return `${at(ip_address)} in ${JSON.stringify(subnet && networkViews.get(subnet.network_id))}`
  }
  const groupName = (id: string | null) => {
    const group = groups.find((one) => one.id === id)
    return group === undefined ? id : `${group.name} / ${group.description}`
  }
  return {
    networks: sort([...networkViews.values()]),
    routers: sort(
      routers.map((router) => ({
        name: router.name,
        description: router.description,
        hasGateway: router.external_gateway_info !== null,
        routes: sort(
          router.routes.map(({ destination, nexthop }) => `${at(destination)} via ${at(nexthop)}`),
        ),
        interfaces: sort(
          ports
            .filter(
              (port) =>
                port.device_id === router.id && port.device_owner.startsWith("network:router_interface"),
            )
            .flatMap((port) => port.fixed_ips.map(placeOf)),
        ),
      })),
    ),
    groups: sort(
      groups.map((group) => ({
        name: group.name,
        description: group.description,
        rules: sort(
          group.security_group_rules.map((rule) => ({
            direction: rule.direction,
            ethertype: rule.ethertype,
            protocol: rule.protocol,
            ports: [rule.port_range_min, rule.port_range_max],
            prefix: rule.remote_ip_prefix === null ? null : at(rule.remote_ip_prefix),
            remote: groupName(rule.remote_group_id),
            description: rule.description ?? "",
          })),
        ),
      })),
    ),
    ports: sort(
      ports
        .filter((port) => !port.device_owner.startsWith("network:"))
        .map((port) => ({
          name: port.name,
          description: port.description,
          network: networkViews.get(port.network_id),
          mac: port.mac_address,
          addresses: sort(port.fixed_ips.map(placeOf)),
          groups: sort(port.security_groups.map(groupName)),
          security: port.port_security_enabled,
          pairs: sort(
            (port.allowed_address_pairs ?? []).map(
              ({ ip_address, mac_address }) => `${at(ip_address)} ${mac_address}`,
            ),
          ),
        })),
    ),
  }
}

function sort<Item>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
