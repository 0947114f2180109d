import type { ExternalGateway } from "../openstack/index.ts"
import { liveAttributes } from "../planning/attributes.ts"
import { isInterface } from "../planning/port-owners.ts"
import type { SourceNetwork, SourceRouter, SourceSubnet } from "../planning/source.ts"
import type { Names } from "./names.ts"
import type { LiveSource } from "./read.ts"

export function liveNetworks(live: LiveSource, known: Names, chosen: boolean): readonly SourceNetwork[] {
  return live.networks
    .filter((network) => !network["router:external"] && (!chosen || known.rows.has(network.id)))
    .map((network) => ({ ...known.named("network", network), mtu: network.mtu ?? null }))
}

export function liveSubnets(
  live: LiveSource,
  known: Names,
  networks: readonly SourceNetwork[],
): readonly SourceSubnet[] {
  const taken = new Set(networks.map(({ backendId }) => backendId))
  return live.subnets
    .filter((subnet) => taken.has(subnet.network_id))
    .map((subnet) => ({
      ...known.named("subnet", subnet),
      network: known.key(subnet.network_id),
      cidr: subnet.cidr,
      ipVersion: subnet.ip_version,
      gatewayIp: subnet.gateway_ip,
      enableDhcp: subnet.enable_dhcp,
      allocationPools: subnet.allocation_pools,
      ...(subnet.allocation_pools.length === 0 && { hasNoPools: true }),
      dnsNameservers: subnet.dns_nameservers,
      hostRoutes: subnet.host_routes,
    }))
}

export function liveRouters(
  live: LiveSource,
  known: Names,
  subnets: readonly SourceSubnet[],
): readonly SourceRouter[] {
  const keys = new Map(subnets.map(({ backendId, key }) => [backendId, key]))
  return live.routers.map((router) => {
    const way = router.external_gateway_info
    const more = (router.external_gateways ?? []).slice(1).map(outsideOf)
    return {
      ...known.named("router", router),
      routes: router.routes,
      interfaces: live.ports
        .filter((port) => port.device_id === router.id && isInterface(port))
        .flatMap((port) =>
          port.fixed_ips.flatMap(({ subnet_id, ip_address }) => {
            const subnet = keys.get(subnet_id)
            if (subnet === undefined) return []
            return { subnet, ipAddress: ip_address, live: liveAttributes("interface", port) }
          }),
        ),
      hasGateway: way !== null,
      ...(way !== null && {
        gateway: {
          ...outsideOf(way),
          live: liveAttributes("gateway", way),
          ...(more.length > 0 && { more }),
        },
      }),
    }
  })
}

function outsideOf({ network_id, external_fixed_ips }: ExternalGateway) {
  return {
    networkId: network_id,
    addresses: (external_fixed_ips ?? []).map(({ ip_address }) => ip_address),
  }
}
