import type { IpVersion } from "../addresses.ts"

/** The members of all objects of the network service. */
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
  readonly dns_domain: string
  readonly vlan_transparent: boolean
  readonly qos_policy_id: string | null
  readonly zones: readonly string[]
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
  readonly dns_publish_fixed_ip: boolean
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
  readonly dns_name: string
  readonly dns_domain: string
  readonly qos_policy_id: string | null
  readonly propagate_uplink_status: boolean
  readonly numa_affinity_policy: string | null
  readonly data_plane_status: string | null
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
  readonly zones: readonly string[]
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
  readonly remote_address_group_id: string | null
  readonly attributeId: number
}

export interface AddressGroup extends Row {
  readonly name: string
  readonly addresses: readonly string[]
}

export interface QosRule {
  readonly id: string
  readonly type: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface QosPolicy extends Row {
  readonly name: string
  readonly is_default: boolean
  readonly rules: readonly QosRule[]
}

export interface SubPort {
  readonly port_id: string
  readonly segmentation_type: string
  readonly segmentation_id: number
}

export interface Trunk extends Row {
  readonly name: string
  readonly admin_state_up: boolean
  readonly port_id: string
  readonly sub_ports: readonly SubPort[]
}

export interface RbacPolicy extends Row {
  readonly object_type: string
  readonly object_id: string
  readonly action: string
  readonly target_tenant: string
}

/** Default values of a port. */
export const defaultPort = {
  allowed_address_pairs: [],
  extra_dhcp_opts: [],
  dns_name: "",
  dns_domain: "",
  qos_policy_id: null,
  propagate_uplink_status: true,
  numa_affinity_policy: null,
  data_plane_status: null,
  vnicType: "normal",
  hostId: "",
  profile: {},
} as const satisfies Partial<Port>

/** Device owners of the interfaces of plain, distributed and highly available routers. */
export const interfaceOwners = {
  plain: "network:router_interface",
  distributed: "network:router_interface_distributed",
  ha: "network:ha_router_replicated_interface",
} as const

export const isInterface = (owner: string): boolean =>
  Object.values(interfaceOwners).some((one) => one === owner)

/** Whether a port belongs to the network service itself; Neutron gives it no groups. */
export const isService = (owner: string): boolean => owner.startsWith("network:")
