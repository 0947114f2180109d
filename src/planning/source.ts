import type { LiveAttributes, TabledKind } from "./attributes.ts"
import type { KindName } from "./kind-names.ts"

/**
 * The structure of a tenant at the source: plain data, read from host rows and completed by the survey.
 * `key` identifies an object: the uuid (32 hex digits) of its row, because names are not unique in OpenStack.
 */
export interface SourceTenant {
  readonly name: string
  readonly description: string
  readonly networks: readonly SourceNetwork[]
  readonly subnets: readonly SourceSubnet[]
  readonly routers: readonly SourceRouter[]
  readonly securityGroups: readonly SourceSecurityGroup[]
  readonly ports: readonly SourcePort[]
  /** Ports that are not copied, with the reason. */
  readonly ignoredPorts: readonly {
    readonly key: string
    readonly backendId: string
    readonly name: string
    readonly reason: string
  }[]
  /** Quotas of the tenant by Waldur's names (`network_count`, `volumes` …); -1 is unlimited. */
  readonly quotas: Readonly<Record<string, number>>
  /** What no host row holds; undefined: the live source was not read. */
  readonly live?: LiveOnlyParts
}

/** What is known only from the live source. */
export interface LiveOnlyParts {
  readonly addressGroups: readonly SourceAddressGroup[]
  readonly qosPolicies: readonly SourceQosPolicy[]
  readonly trunks: readonly SourceTrunk[]
  readonly rbacPolicies: readonly SourceRbacPolicy[]
  /** Quotas by each service's own names; undefined: the service could not be read. */
  readonly quotas: {
    readonly network?: Readonly<Record<string, number>>
    readonly compute?: Readonly<Record<string, number>>
    readonly volume?: Readonly<Record<string, number>>
  }
  /** Objects that are not copied, with the reason (floating IPs, objects of other tenants). */
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
  /** The subnet has no pools. Only the live source shows that: a row without pools may not be filled in. */
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
  /** Whether the router has an external gateway; null if the rows do not show it. */
  readonly hasGateway: boolean | null
  /** Its external gateway, as the live source shows it. */
  readonly gateway?: {
    /** Id of the source's external network. */
    readonly networkId: string
    readonly live: LiveAttributes<"gateway">
    readonly addresses: readonly string[]
    /** Further external gateways: the id of each external network, and the addresses there. */
    readonly more?: readonly { readonly networkId: string; readonly addresses: readonly string[] }[]
  }
}

export interface SourceInterface {
  readonly subnet: string
  readonly ipAddress: string
  /** Live-only attributes of the router's port. */
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
  /** Key of the address group; absent if the rule refers to none. */
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
  /** Known from the live source alone. It is copied in subnets with `service_types`. */
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
  /** Kind and key of the shared object; undefined: it is not copied. */
  readonly object: { readonly kind: KindName; readonly key: string } | undefined
  readonly objectType: string
  readonly action: string
  /** `*`, a project's id, or `self` for the tenant. */
  readonly target: string
}
