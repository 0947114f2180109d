import type { ExternalGateway } from "../openstack/index.ts"
import { liveAttributes } from "../planning/attributes.ts"
import { isInterface } from "../planning/port-owners.ts"
import type { SourceNetwork, SourceRouter, SourceSubnet } from "../planning/source.ts"
import type { LiveSource } from "./read.ts"
import type { SourceKeys } from "./source-keys.ts"

export function liveNetworks(live: LiveSource, keys: SourceKeys, chosen: boolean): readonly SourceNetwork[] {
  return live.networks
    .filter((network) => !network["router:external"] && (!chosen || keys.rowIds.has(network.id)))
    .map((network) => ({ ...keys.describe("network", network), mtu: network.mtu ?? null }))
}

export function liveSubnets(
  live: LiveSource,
  keys: SourceKeys,
  networks: readonly SourceNetwork[],
): readonly SourceSubnet[] {
  const taken = new Set(networks.map(({ backendId }) => backendId))
  return live.subnets
    .filter((subnet) => taken.has(subnet.network_id))
    .map((subnet) => ({
      ...keys.describe("subnet", subnet),
      network: keys.of(subnet.network_id),
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
  keys: SourceKeys,
  subnets: readonly SourceSubnet[],
): readonly SourceRouter[] {
  const subnetKeys = new Map(subnets.map(({ backendId, key }) => [backendId, key]))
  return live.routers.map((router) => {
    const gateway = router.external_gateway_info
    const more = (router.external_gateways ?? []).slice(1).map(gatewayOf)
    return {
      ...keys.describe("router", router),
      routes: router.routes,
      interfaces: live.ports
        .filter((port) => port.device_id === router.id && isInterface(port))
        .flatMap((port) =>
          port.fixed_ips.flatMap(({ subnet_id, ip_address }) => {
            const subnet = subnetKeys.get(subnet_id)
            if (subnet === undefined) return []
            return { subnet, ipAddress: ip_address, live: liveAttributes("interface", port) }
          }),
        ),
      hasGateway: gateway !== null,
      ...(gateway !== null && {
        gateway: {
          ...gatewayOf(gateway),
          live: liveAttributes("gateway", gateway),
          ...(more.length > 0 && { more }),
        },
      }),
    }
  })
}

function gatewayOf({ network_id, external_fixed_ips }: ExternalGateway) {
  return {
    networkId: network_id,
    addresses: (external_fixed_ips ?? []).map(({ ip_address }) => ip_address),
  }
}
