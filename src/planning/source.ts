/**
 * A tenant's structure as it is at the source: plain data, read from the host's rows.
 * Every object is named by `key`, the uuid (32 hex digits) of its row: names are not unique in OpenStack.
 */
export interface SourceTenant {
  readonly name: string
  readonly description: string
  readonly networks: readonly SourceNetwork[]
  readonly subnets: readonly SourceSubnet[]
  readonly routers: readonly SourceRouter[]
  readonly securityGroups: readonly SourceSecurityGroup[]
  readonly ports: readonly SourcePort[]
  /** Ports that are there but are not copied, with the reason. */
  readonly ignoredPorts: readonly { readonly key: string; readonly name: string; readonly reason: string }[]
  /** Quotas of the tenant by Waldur's name (`network_count`, `volumes` …); -1 is unlimited. */
  readonly quotas: Readonly<Record<string, number>>
}

export interface SourceObject {
  readonly key: string
  readonly backendId: string
  readonly name: string
  readonly description: string
}

export interface SourceNetwork extends SourceObject {
  readonly mtu: number | null
}

export interface SourceSubnet extends SourceObject {
  readonly network: string
  readonly cidr: string
  readonly ipVersion: 4 | 6
  /** null: the subnet has no gateway. */
  readonly gatewayIp: string | null
  readonly enableDhcp: boolean
  readonly allocationPools: readonly AddressRange[]
  readonly dnsNameservers: readonly string[]
  readonly hostRoutes: readonly StaticRoute[]
}

export interface AddressRange {
  readonly start: string
  readonly end: string
}

export interface StaticRoute {
  readonly destination: string
  readonly nexthop: string
}

export interface SourceRouter extends SourceObject {
  readonly routes: readonly StaticRoute[]
  readonly interfaces: readonly { readonly subnet: string; readonly ipAddress: string }[]
  /** Whether the router leads out; null where the rows do not tell. */
  readonly hasGateway: boolean | null
}

export interface SourceSecurityGroup extends SourceObject {
  readonly rules: readonly SourceRule[]
}

export interface SourceRule {
  readonly backendId: string
  readonly key: string
  readonly direction: "ingress" | "egress"
  readonly ethertype: "IPv4" | "IPv6"
  /** Name or number; null is any. */
  readonly protocol: string | null
  readonly portMin: number | null
  readonly portMax: number | null
  readonly remoteIpPrefix: string | null
  readonly remoteGroup: string | null
  readonly description: string
}

export interface SourcePort extends SourceObject {
  readonly network: string
  readonly macAddress: string
  readonly fixedIps: readonly { readonly subnet: string; readonly ipAddress: string }[]
  readonly securityGroups: readonly string[]
  readonly allowedAddressPairs: readonly AddressPair[]
  readonly portSecurityEnabled: boolean
}

export interface AddressPair {
  readonly ip_address: string
  readonly mac_address?: string
}
