import { type NetworkState, newRow } from "./state.ts"

/** Adds an external network with one subnet of documentation addresses. */
export function addExternalNetwork(state: NetworkState, projectId: string, index: number): string {
  const block = ["203.0.113", "198.51.100", "192.0.2"][index] ?? `100.64.${index}`
  const suffix = index === 0 ? "" : `-${index + 1}`
  const network = state.networks.put({
    ...newRow(projectId, "", 2),
    name: `public${suffix}`,
    admin_state_up: true,
    mtu: state.underlay,
    shared: false,
    external: true,
    is_default: false,
    port_security_enabled: true,
    dns_domain: "",
    vlan_transparent: false,
    qos_policy_id: null,
    zones: [],
    networkType: "flat",
    physicalNetwork: `physnet${index + 1}`,
    segmentationId: null,
  })
  state.subnets.put({
    ...newRow(projectId, "", 0),
    name: `public-subnet${suffix}`,
    network_id: network.id,
    ip_version: 4,
    cidr: `${block}.0/24`,
    gateway_ip: `${block}.1`,
    enable_dhcp: false,
    ipv6_ra_mode: null,
    ipv6_address_mode: null,
    allocation_pools: [{ start: `${block}.10`, end: `${block}.250` }],
    host_routes: [],
    dns_nameservers: [],
    service_types: [],
    dns_publish_fixed_ip: false,
  })
  return network.id
}
