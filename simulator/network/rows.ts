import type { IpVersion } from "../addresses.ts"

/** What every object of the network service has. */
export interface Row {
  readonly id: string
  readonly project_id: string
  readonly description: string | null
  readonly created_at: string
  readonly updated_at: string
  readonly revision_number: number
  readonly tags: readonly string[]
}

export interface Network extends Row {
  readonly name: string
  readonly admin_state_up: boolean
  readonly mtu: number
  readonly shared: boolean
  readonly external: boolean
  readonly is_default: boolean
  readonly port_security_enabled: boolean
  readonly networkType: string
  readonly physicalNetwork: string | null
  readonly segmentationId: number | null
}

export interface Pool {
  readonly start: string
  readonly end: string
}

export interface Route {
  readonly destination: string
  readonly nexthop: string
}

export interface Subnet extends Row {
  readonly name: string
  readonly network_id: string
  readonly ip_version: IpVersion
  readonly cidr: string
  readonly gateway_ip: string | null
  readonly enable_dhcp: boolean
  readonly ipv6_ra_mode: string | null
  readonly ipv6_address_mode: string | null
  readonly allocation_pools: readonly Pool[]
  readonly host_routes: readonly Route[]
  readonly dns_nameservers: readonly string[]
  readonly service_types: readonly string[]
}

export interface FixedIp {
  readonly subnet_id: string
  readonly ip_address: string
}

export interface AddressPair {
  readonly mac_address: string
  readonly ip_address: string
}

export interface DhcpOption {
  readonly opt_name: string
  readonly opt_value: string
  readonly ip_version: number
}

export interface Port extends Row {
  readonly name: string
  readonly network_id: string
  readonly mac_address: string
  readonly admin_state_up: boolean
  readonly device_id: string
  readonly device_owner: string
  readonly fixed_ips: readonly FixedIp[]
  readonly security_groups: readonly string[]
  readonly port_security_enabled: boolean
  readonly allowed_address_pairs: readonly AddressPair[]
  readonly extra_dhcp_opts: readonly DhcpOption[]
  readonly vnicType: string
  readonly hostId: string
  readonly profile: object
}

export interface GatewayInfo {
  readonly network_id: string
  readonly enable_snat: boolean
  readonly portId: string
}

export interface Router extends Row {
  readonly name: string
  readonly admin_state_up: boolean
  readonly gateway: GatewayInfo | null
  readonly routes: readonly Route[]
  readonly distributed: boolean
  readonly ha: boolean
}

export interface Group extends Row {
  readonly name: string
  readonly stateful: boolean
}

export interface Rule extends Row {
  readonly security_group_id: string
  readonly direction: string
  readonly ethertype: string
  readonly protocol: string | null
  readonly port_range_min: number | null
  readonly port_range_max: number | null
  readonly remote_ip_prefix: string | null
  readonly remote_group_id: string | null
  readonly attributeId: number
}

/** Ports that the network itself uses: neutron keeps them free of groups. */
export const isService = (owner: string): boolean => owner.startsWith("network:")
