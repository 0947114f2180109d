/** Resources as Neutron returns them: https://docs.openstack.org/api-ref/network/v2/. Keys of extensions that a cloud lacks are missing. */
export interface Resource {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly project_id: string
  readonly tags?: readonly string[]
  readonly revision_number?: number
}

export interface Network extends Resource {
  readonly admin_state_up: boolean
  readonly status: string
  readonly shared: boolean
  readonly mtu?: number
  readonly port_security_enabled?: boolean
  readonly dns_domain?: string | null
  readonly qos_policy_id?: string | null
  readonly subnets: readonly string[]
  readonly availability_zone_hints?: readonly string[]
  readonly "router:external": boolean
  /** For admins only, like the next two. */
  readonly "provider:network_type"?: string | null
  readonly "provider:physical_network"?: string | null
  readonly "provider:segmentation_id"?: number | null
}

export interface AddressRange {
  readonly start: string
  readonly end: string
}

export interface Route {
  readonly destination: string
  readonly nexthop: string
}

export interface Subnet extends Resource {
  readonly network_id: string
  readonly ip_version: 4 | 6
  readonly cidr: string
  readonly gateway_ip: string | null
  readonly enable_dhcp: boolean
  readonly allocation_pools: readonly AddressRange[]
  readonly dns_nameservers: readonly string[]
  readonly host_routes: readonly Route[]
  readonly ipv6_address_mode: string | null
  readonly ipv6_ra_mode: string | null
  readonly subnetpool_id?: string | null
  readonly segment_id?: string | null
  readonly service_types?: readonly string[]
  readonly dns_publish_fixed_ip?: boolean
}

export interface FixedIp {
  readonly subnet_id: string
  readonly ip_address: string
}

export interface ExternalGateway {
  readonly network_id: string
  readonly enable_snat?: boolean
  readonly external_fixed_ips?: readonly FixedIp[]
  readonly qos_policy_id?: string | null
}

export interface Router extends Resource {
  readonly admin_state_up: boolean
  readonly status: string
  readonly external_gateway_info: ExternalGateway | null
  /** All gateways, where Neutron has the extension external-gateway-multihoming; the first is `external_gateway_info`. */
  readonly external_gateways?: readonly ExternalGateway[]
  readonly routes: readonly Route[]
  /** For admins only, like the next. */
  readonly ha?: boolean
  readonly distributed?: boolean
  readonly availability_zone_hints?: readonly string[]
}

export interface AddressPair {
  readonly ip_address: string
  readonly mac_address?: string
}

export interface Port extends Resource {
  readonly network_id: string
  readonly admin_state_up: boolean
  readonly status: string
  readonly mac_address: string
  readonly fixed_ips: readonly FixedIp[]
  readonly device_id: string
  /** User of the port, e.g. `network:router_interface`, `compute:nova`, or "". */
  readonly device_owner: string
  readonly security_groups: readonly string[]
  readonly allowed_address_pairs?: readonly AddressPair[]
  readonly port_security_enabled?: boolean
  readonly extra_dhcp_opts?: readonly Readonly<Record<string, unknown>>[]
  readonly qos_policy_id?: string | null
  readonly dns_name?: string
  readonly "binding:vnic_type"?: string
}

export interface SecurityGroupRule {
  readonly id: string
  readonly description: string | null
  readonly project_id: string
  readonly security_group_id: string
  readonly direction: "ingress" | "egress"
  readonly ethertype: "IPv4" | "IPv6"
  readonly protocol: string | null
  readonly port_range_min: number | null
  readonly port_range_max: number | null
  readonly remote_ip_prefix: string | null
  readonly remote_group_id: string | null
  readonly remote_address_group_id?: string | null
  /** Only where the rule is read as part of its group. */
  readonly tags?: readonly string[]
  readonly created_at?: string
}

export interface SecurityGroup extends Resource {
  readonly stateful?: boolean
  readonly shared?: boolean
  readonly created_at?: string
  readonly security_group_rules: readonly SecurityGroupRule[]
}

export interface AddressGroup extends Resource {
  readonly addresses: readonly string[]
}

export interface QosRule {
  readonly id: string
  /** e.g. `bandwidth_limit`; it decides which other keys the rule has. */
  readonly type: string
  readonly qos_policy_id?: string
  readonly [value: string]: unknown
}

export interface QosPolicy extends Resource {
  readonly shared?: boolean
  readonly is_default?: boolean
  readonly rules: readonly QosRule[]
}

export interface RbacPolicy {
  readonly id: string
  readonly project_id: string
  readonly object_id: string
  readonly object_type: string
  readonly action: string
  readonly target_tenant?: string
  readonly target_project?: string
}

export interface FloatingIp extends Omit<Resource, "name"> {
  readonly floating_network_id: string
  readonly floating_ip_address: string
  readonly fixed_ip_address: string | null
  readonly port_id: string | null
  readonly router_id: string | null
  readonly status: string
}

export interface Trunk extends Resource {
  readonly port_id: string
  readonly admin_state_up: boolean
  readonly status: string
  readonly sub_ports: readonly {
    readonly port_id: string
    readonly segmentation_type: string
    readonly segmentation_id: number
  }[]
}

/** A resource of which only the common keys are typed. */
export type OtherResource = Partial<Resource> & { readonly id: string } & Readonly<Record<string, unknown>>

export interface Extension {
  readonly alias: string
  readonly name: string
  readonly description: string
  readonly updated?: string
}

/** Response of `PUT /routers/ID/add_router_interface`. */
export interface RouterInterface {
  readonly id: string
  readonly subnet_id: string
  readonly port_id: string
}
