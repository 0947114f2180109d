export interface SimulatedCloudOptions {
  /** Part of the names of the cloud's first objects. */
  readonly name: string
  /** 0: any free port. @default 0 */
  readonly port?: number
  /** @default "RegionOne" */
  readonly region?: string
  /** Milliseconds added to each call. @default 0 */
  readonly latencyMs?: number
  /** Calls a second that the gateway in front of the services admits; it refuses others with 429. @default unlimited */
  readonly requestsPerSecond?: number
  /** @default 3600 */
  readonly tokenTtlSeconds?: number
  /** Maximum rows in a page of a network list, as an operator may set. @default unlimited */
  readonly pageLimit?: number
  /** MTU of the underlying network; tenant networks have 50 bytes less for the tunnel. @default 1500 */
  readonly mtu?: number
  /** Volume types beyond `__DEFAULT__`. @default ["standard", "ssd", "archive"] */
  readonly volumeTypes?: readonly string[]
  /** Availability zones of Nova and Cinder. @default ["nova"] */
  readonly availabilityZones?: readonly string[]
  /** Whether the network service allows bulk creation; an operator may turn it off. @default true */
  readonly bulk?: boolean
  /** Whether the network service's driver supports VLAN transparency. @default false */
  readonly vlanTransparent?: boolean
  /** External networks, each with a subnet. @default 1 */
  readonly externalNetworks?: number
}

export interface CloudCall {
  readonly service: string
  readonly method: string
  readonly path: string
  readonly body: unknown
  /** The token of the request; "" where it has none. */
  readonly token: string
}

export interface PlannedAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** `drop-before` closes the connection before the call has an effect, `drop-after` after it. */
export type Fault = PlannedAnswer | "drop-before" | "drop-after"

// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a fault returns nothing
export type RequestHook = (call: CloudCall) => Promise<Fault | void>

export interface CloudStats {
  readonly calls: number
  readonly writes: number
  readonly signIns: number
  /** Calls that the gateway refused. They are included in `calls`. */
  readonly throttled: number
  /** Keys such as "POST network/ports". */
  readonly byCall: Readonly<Record<string, number>>
}

export interface CloudAdmin {
  readonly username: string
  readonly password: string
  readonly projectName: string
  readonly userDomain: string
  readonly projectDomain: string
  readonly projectId: string
  readonly userId: string
}

/** What an operator has not installed. */
export interface Missing {
  /** Types of services, e.g. "network". */
  readonly services?: readonly string[]
  /** Aliases of Neutron's extensions whose service plugin is off; its paths are off as well. */
  readonly extensions?: readonly PluggedExtension[]
}

export type PluggedExtension = "router" | "security-group"

export interface SimulatedCloud {
  readonly authUrl: string
  readonly region: string
  readonly admin: CloudAdmin
  readonly externalNetworkIds: readonly string[]
  /** Ids by name. */
  readonly volumeTypes: Readonly<Record<string, string>>
  stats(): CloudStats
  resetStats(): void
  setLatency(ms: number): void
  /** undefined: no gateway. */
  setRequestsPerSecond(rate: number | undefined): void
  /** Removes exactly these services from the catalog and extensions from Neutron, and restores all others. */
  setMissing(missing: Missing): void
  /** Called before each call is served; it may return a fault. */
  onRequest?: RequestHook | undefined
  /** Returns all issued tokens that have not been revoked. */
  tokens(): readonly string[]
  /** Revokes all tokens issued so far: they are refused with 401. */
  revokeTokens(): void
  close(): Promise<void>
}
