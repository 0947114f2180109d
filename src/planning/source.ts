import type { LiveAttributes, TabledKind } from "./attributes.ts"
import type { KindName } from "./kind-names.ts"

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
  readonly ignoredPorts: readonly {
    readonly key: string
    readonly backendId: string
    readonly name: string
    readonly reason: string
  }[]
  /** Quotas of the tenant by Waldur's name (`network_count`, `volumes` …); -1 is unlimited. */
  readonly quotas: Readonly<Record<string, number>>
  /** What no row holds; undefined: the live source was not read. */
  readonly live?: LiveOnlyParts
}

/** What only the live source tells. */
export interface LiveOnlyParts {
  readonly addressGroups: readonly SourceAddressGroup[]
  readonly qosPolicies: readonly SourceQosPolicy[]
  readonly trunks: readonly SourceTrunk[]
  readonly rbacPolicies: readonly SourceRbacPolicy[]
  /** Quotas by each service's own names; undefined where the service was not to be read. */
  readonly quotas: {
    readonly network?: Readonly<Record<string, number>>
    readonly compute?: Readonly<Record<string, number>>
    readonly volume?: Readonly<Record<string, number>>
  }
  /** Objects that are there and are not copied as such, with the reason (floating IPs, other tenants' things). */
  readonly notCopied: readonly {
    readonly kind: KindName
    readonly key: string
    readonly name: string
    readonly reason: string
  }[]
}

export interface SourceObject<Kind extends TabledKind = TabledKind> {
  readonly key: string
  readonly backendId: string
  readonly name: string
  readonly description: string
  readonly live?: LiveAttributes<Kind>
  readonly tags?: readonly string[]
  /** Key of the tenant's own QoS policy, or why a policy that belongs to somebody else is not copied. */
  readonly qosPolicy?: { readonly key: string } | { readonly notCopied: string }
}

export interface SourceNetwork extends SourceObject<"network"> {
  readonly mtu: number | null
}

export interface SourceSubnet extends SourceObject<"subnet"> {
  readonly network: string
  readonly cidr: string
  readonly ipVersion: 4 | 6
  /** null: the subnet has no gateway. */
  readonly gatewayIp: string | null
  readonly enableDhcp: boolean
  readonly allocationPools: readonly AddressRange[]
  /** Only the live source tells: it has no pools. A row without any may be one that nobody has filled. */
  readonly hasNoPools?: true
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

export interface SourceRouter extends SourceObject<"router"> {
  readonly routes: readonly StaticRoute[]
  readonly interfaces: readonly SourceInterface[]
  /** Whether the router leads out; null where the rows do not tell. */
  readonly hasGateway: boolean | null
  /** Of its way out, what no row holds. */
  readonly gateway?: {
    /** Id of the source's external network. */
    readonly networkId: string
    readonly live: LiveAttributes<"gateway">
    readonly addresses: readonly string[]
    /** Ways out beyond this one: the id of each external network and the addresses there. */
    readonly more?: readonly { readonly networkId: string; readonly addresses: readonly string[] }[]
  }
}

export interface SourceInterface {
  readonly subnet: string
  readonly ipAddress: string
  /** Of the router's port. */
  readonly live?: LiveAttributes<"interface">
}

export interface SourceSecurityGroup extends SourceObject<"security_group"> {
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
  /** Key of the address group; absent where the rule names none. */
  readonly remoteAddressGroup?: string
  readonly description: string
  readonly tags?: readonly string[]
}

export interface SourcePort extends SourceObject<"port"> {
  readonly network: string
  readonly macAddress: string
  readonly fixedIps: readonly { readonly subnet: string; readonly ipAddress: string }[]
  readonly securityGroups: readonly string[]
  readonly allowedAddressPairs: readonly AddressPair[]
  readonly portSecurityEnabled: boolean
  /** Only the live source's is asked for: it matters in subnets that are for ports of certain owners. */
  readonly deviceOwner?: string
}

export interface AddressPair {
  readonly ip_address: string
  readonly mac_address?: string
}

export interface SourceAddressGroup extends SourceObject {
  /** Addresses and networks. */
  readonly addresses: readonly string[]
}

export interface SourceQosPolicy extends SourceObject {
  readonly isDefault: boolean
  readonly rules: readonly {
    readonly key: string
    readonly backendId: string
    /** Neutron's `type`, e.g. `bandwidth_limit`. */
    readonly type: string
    readonly values: Readonly<Record<string, unknown>>
  }[]
}

export interface SourceTrunk extends SourceObject {
  readonly port: string
  readonly adminStateUp: boolean
  readonly subPorts: readonly {
    readonly port: string
    readonly segmentationType: string
    readonly segmentationId: number
  }[]
}

export interface SourceRbacPolicy {
  readonly key: string
  readonly backendId: string
  /** The kind and key of the object that is shared, as far as it is one of the tenant's that is copied. */
  readonly object: { readonly kind: KindName; readonly key: string } | undefined
  readonly objectType: string
  readonly action: string
  /** `*`, a project's id, or `self` for the tenant. */
  readonly target: string
}
