/** The specification of a tenant to create in a cloud. Objects refer to each other by `key`, because names are not unique. */
export interface TenantSpec {
  readonly name: string
  readonly description: string
  readonly networks: readonly NetworkSpec[]
  readonly subnets: readonly SubnetSpec[]
  readonly routers: readonly RouterSpec[]
  /** The first is the auto-created group `default`. */
  readonly groups: readonly GroupSpec[]
  readonly ports: readonly PortSpec[]
  /** Network quotas that the project needs for its objects, by Neutron's names. */
  readonly quotas: Readonly<Record<NetworkQuota, number>>
}

export type NetworkQuota = "network" | "subnet" | "port" | "router" | "security_group" | "security_group_rule"

export interface NetworkSpec {
  readonly key: string
  readonly name: string
  readonly description: string
  /** @default chosen by the cloud */
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
  /** Whether it has an external gateway. */
  readonly hasGateway: boolean
  readonly interfaces: readonly InterfaceSpec[]
  readonly routes: readonly RouteSpec[]
}

export interface InterfaceSpec {
  readonly subnet: string
  /** @default the subnet's gateway address */
  readonly ipAddress?: string
}

export interface GroupSpec {
  readonly key: string
  readonly name: string
  readonly description: string
  /** All rules of the group. Default rules that are not among them are deleted. */
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
  /** @default chosen by the cloud */
  readonly macAddress?: string
  readonly groups: readonly string[]
  readonly allowedAddressPairs: readonly { readonly ip_address: string; readonly mac_address?: string }[]
  readonly portSecurityEnabled: boolean
  /** Name of the instance that the port belongs to; a port without an instance is e.g. a virtual address. */
  readonly instance?: string
}
