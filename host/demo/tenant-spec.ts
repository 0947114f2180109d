/** A tenant as it is to be made in a cloud. Objects name each other by `key`, for names need not be unique. */
export interface TenantSpec {
  readonly name: string
  readonly description: string
  readonly networks: readonly NetworkSpec[]
  readonly subnets: readonly SubnetSpec[]
  readonly routers: readonly RouterSpec[]
  /** The first is the group `default`, which every project is born with. */
  readonly groups: readonly GroupSpec[]
  readonly ports: readonly PortSpec[]
  /** Network quotas that the project needs before its objects are made, by Neutron's names. */
  readonly quotas: Readonly<Record<NetworkQuota, number>>
}

export type NetworkQuota = "network" | "subnet" | "port" | "router" | "security_group" | "security_group_rule"

export interface NetworkSpec {
  readonly key: string
  readonly name: string
  readonly description: string
  /** Left to the cloud where it is missing. */
  readonly mtu?: number
}

export interface SubnetSpec {
  readonly key: string
  readonly network: string
  readonly name: string
  readonly description: string
  readonly cidr: string
  readonly ipVersion: 4 | 6
  readonly gatewayIp: string | null
  readonly enableDhcp: boolean
  readonly allocationPools: readonly { readonly start: string; readonly end: string }[]
  readonly dnsNameservers: readonly string[]
  readonly hostRoutes: readonly RouteSpec[]
}

export interface RouteSpec {
  readonly destination: string
  readonly nexthop: string
}

export interface RouterSpec {
  readonly key: string
  readonly name: string
  readonly description: string
  /** Whether it leads to the cloud's external network. */
  readonly hasGateway: boolean
  readonly interfaces: readonly InterfaceSpec[]
  readonly routes: readonly RouteSpec[]
}

export interface InterfaceSpec {
  readonly subnet: string
  /** An address other than the subnet's gateway. */
  readonly ipAddress?: string
}

export interface GroupSpec {
  readonly key: string
  readonly name: string
  readonly description: string
  /** All rules that the group has in the end; those that the cloud adds by itself are among them or are taken away. */
  readonly rules: readonly RuleSpec[]
}

export interface RuleSpec {
  readonly direction: "ingress" | "egress"
  readonly ethertype: "IPv4" | "IPv6"
  readonly protocol: string | null
  readonly portMin: number | null
  readonly portMax: number | null
  readonly remoteIpPrefix: string | null
  /** Key of a group. */
  readonly remoteGroup: string | null
  readonly description: string
}

export interface PortSpec {
  readonly key: string
  readonly network: string
  readonly name: string
  readonly description: string
  readonly fixedIps: readonly { readonly subnet: string; readonly ipAddress: string }[]
  /** Given by the cloud where it is missing. */
  readonly macAddress?: string
  readonly groups: readonly string[]
  readonly allowedAddressPairs: readonly { readonly ip_address: string; readonly mac_address?: string }[]
  readonly portSecurityEnabled: boolean
  /** Name of the instance that the port belongs to; a port without one is free, such as a virtual address. */
  readonly instance?: string
}
