export interface SimulatedCloudOptions {
  /** Shown in the names of what the cloud is born with. */
  readonly name: string
  /** 0: any free port. @default 0 */
  readonly port?: number
  /** @default "RegionOne" */
  readonly region?: string
  /** Milliseconds added to each call. @default 0 */
  readonly latencyMs?: number
  /** Calls a second that the gateway before the services lets through; beyond them it answers 429. @default any number */
  readonly requestsPerSecond?: number
  /** @default 3600 */
  readonly tokenTtlSeconds?: number
  /** Most rows that one page of a network list holds, as an operator may set. @default none */
  readonly pageLimit?: number
  /** MTU of the underlying network; tenant networks have 50 bytes less for the tunnel. @default 1500 */
  readonly mtu?: number
  /** Volume types beyond `__DEFAULT__`. @default ["standard", "ssd", "archive"] */
  readonly volumeTypes?: readonly string[]
  /** False: the network service refuses bulk creation, as an operator may set. @default true */
  readonly bulk?: boolean
  /** Whether the network service's driver can be transparent to VLANs. @default false */
  readonly vlanTransparent?: boolean
  /** External networks, each with a subnet. @default 1 */
  readonly externalNetworks?: number
}

export interface CloudCall {
  readonly service: string
  readonly method: string
  readonly path: string
  readonly body: unknown
  /** What it was signed with, "" where it was not. */
  readonly token: string
}

export interface PlannedAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** `drop-before` cuts the connection with nothing done, `drop-after` once the work is done. */
export type Fault = PlannedAnswer | "drop-before" | "drop-after"

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that has nothing to say returns nothing
export type RequestHook = (call: CloudCall) => Promise<Fault | void>

export interface CloudStats {
  readonly calls: number
  readonly writes: number
  readonly signIns: number
  /** Calls that the gateway did not let through; they count as calls, and reach no service. */
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

/** What an operator did not set up. */
export interface Missing {
  /** Types of the catalog, e.g. "network". */
  readonly services?: readonly string[]
  /** Aliases of Neutron's extensions whose service plugin is off, with the paths that it serves. */
  readonly extensions?: readonly PluggedExtension[]
}

export type PluggedExtension = "router" | "security-group"

export interface SimulatedCloud {
  readonly authUrl: string
  readonly region: string
  readonly admin: CloudAdmin
  readonly externalNetworkIds: readonly string[]
  /** Name to id. */
  readonly volumeTypes: Readonly<Record<string, string>>
  stats(): CloudStats
  resetStats(): void
  setLatency(ms: number): void
  /** undefined: no gateway. */
  setRequestsPerSecond(rate: number | undefined): void
  /** Takes services out of the catalog and extensions out of Neutron, or puts back what is not named any more. */
  setMissing(missing: Missing): void
  /** Looks at each call before the service does, and may refuse it or lose its answer. */
  onRequest?: RequestHook | undefined
  /** Every token given out that has not been revoked. */
  tokens(): readonly string[]
  /** Every token given out so far is answered with 401 from now on. */
  revokeTokens(): void
  close(): Promise<void>
}
