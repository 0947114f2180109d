import { type Cloud, getNetworkQuota, getVolumeQuota, listResources } from "../../src/openstack/index.ts"

/**
 * Parts of the medium demo tenant that a copy by Waldur's own replication lacks: descriptions; interfaces that are not at
 * the gateway; gateways, DHCP and quotas that are not the cloud's defaults; half of the ports; second addresses.
 */
export async function partsOftenLost(cloud: Cloud, projectId: string) {
  const query = { project_id: projectId }
  const [networks, subnets, routers, groups, ports, networkQuota, volumeQuota] = await Promise.all([
    listResources(cloud, "networks", query),
    listResources(cloud, "subnets", query),
    listResources(cloud, "routers", query),
    listResources(cloud, "security-groups", query),
    listResources(cloud, "ports", query),
    getNetworkQuota(cloud, projectId),
    getVolumeQuota(cloud, projectId),
  ])
  const subnetNames = new Map(subnets.map(({ id, name }) => [id, name]))
  const routerNames = new Map(routers.map(({ id, name }) => [id, name]))
  const place = ({ subnet_id, ip_address }: { readonly subnet_id: string; readonly ip_address: string }) =>
    `${ip_address} in ${subnetNames.get(subnet_id)}`
  const rules = groups.flatMap((group) => group.security_group_rules)
  const own = ports.filter(({ device_owner: owner }) => !owner.startsWith("network:"))
  return {
    "descriptions of objects": sorted(
      [...networks, ...subnets, ...routers, ...groups, ...rules, ...own].map(
        ({ description }) => description ?? "",
      ),
    ),
    "interfaces of routers": sorted(
      ports
        .filter(({ device_owner: owner }) => owner.startsWith("network:router_interface"))
        .flatMap((port) =>
          port.fixed_ips.map((one) => `${routerNames.get(port.device_id)} at ${place(one)}`),
        ),
    ),
    "static routes": sorted(
      routers.flatMap(({ name, routes }) =>
        routes.map(({ destination, nexthop }) => `${name}: ${destination} via ${nexthop}`),
      ),
    ),
    "gateways of subnets": sorted(
      subnets.map(({ name, cidr, gateway_ip }) => `${name} ${cidr} ${gateway_ip}`),
    ),
    "DHCP of subnets": sorted(subnets.map(({ name, cidr, enable_dhcp }) => `${name} ${cidr} ${enable_dhcp}`)),
    "ports with their MACs, addresses and address pairs": sorted(
      own.map((port) => {
        const pairs = (port.allowed_address_pairs ?? []).map(
          (pair) => `${pair.ip_address} ${pair.mac_address}`,
        )
        return [port.name, port.mac_address, ...sorted(port.fixed_ips.map(place)), ...sorted(pairs)].join(
          ", ",
        )
      }),
    ),
    "limits of volume types": limits(volumeQuota, /_(standard|ssd)$/),
    "network quotas": limits(networkQuota, /./),
  } as const
}

function limits(quota: Readonly<Record<string, number>>, names: RegExp): readonly string[] {
  return sorted(
    Object.entries(quota).flatMap(([name, limit]) => (names.test(name) ? [`${name} ${limit}`] : [])),
  )
}

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted()
}
