/** The services of OpenStack that a tenant's structure lives in. */
export type Service = "identity" | "network" | "compute" | "volume"

/** How to reach one cloud and who signs in there. Waldur's service settings hold the same facts. */
export interface CloudConnection {
  /** Name for people, in errors and logs. */
  readonly name: string
  /** Keystone's address, with or without `/v3`. */
  readonly authUrl: string
  /** "" where an application credential signs in by its id. */
  readonly username: string
  /** "" where an application credential signs in. */
  readonly password: string
  /** Id of the user, instead of the name. */
  readonly userId?: string
  /** Domain name of the user. @default "Default" */
  readonly userDomain?: string
  /** Id of the user's domain, instead of its name. */
  readonly userDomainId?: string
  /** The project that the user signs in to; "" where `projectId` or an application credential names it. */
  readonly projectName: string
  /** Id of that project, instead of the name. */
  readonly projectId?: string
  /** Domain name of that project. @default the user's */
  readonly projectDomain?: string
  /** Id of that project's domain, instead of its name. */
  readonly projectDomainId?: string
  /**
   * Signs in instead of user and password. Project and roles are those that it was made with: Keystone gives no token
   * for another project.
   */
  readonly applicationCredential?: ApplicationCredential
  /** Region of the catalog to use. @default the catalog's only region, else the first of the service */
  readonly region?: string
  /** Interface of the catalog. @default "public" */
  readonly interface?: "public" | "internal" | "admin"
  readonly tls?: {
    /** PEM text of the authorities to trust instead of those that Node brings. */
    readonly ca?: string
    /** false accepts any certificate: for test clouds only. @default true */
    readonly verify?: boolean
  }
  /** One call, in milliseconds; a call that takes longer is given up. A bulk POST of ports needs some 200 ms a port. @default 60_000 */
  readonly timeoutMs?: number
  /**
   * Calls under way to this cloud at a time, from all processes on the host's database together. More than 16 costs a
   * small Neutron more than it gains. @default 8
   */
  readonly inFlight?: number
  /** Calls started each second, from all those processes. Public clouds refuse more than about 20. @default 10 */
  readonly requestsPerSecond?: number
}

/** By `id`, or by `name` together with the connection's user. */
export interface ApplicationCredential {
  readonly id?: string
  readonly name?: string
  readonly secret: string
}

export interface CloudRequest {
  readonly service: Service
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD"
  /**
   * Path below the service's endpoint, with a leading slash and without the API version where the service's
   * clients add it by convention: `/projects` (identity, below `/v3`), `/networks` (network, below `/v2.0`),
   * `/os-quota-sets/ID` (compute and volume, below the catalog's endpoint).
   */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  readonly body?: unknown
  /**
   * Whether the request may be sent again after an answer that was lost: what it does twice must equal what it
   * does once. @default true for GET, HEAD, PUT and DELETE
   */
  readonly repeatable?: boolean
  /** Stops the call, also while it is under way. */
  readonly signal?: AbortSignal
  /** From then on nothing starts: a call that waits is refused, a try that is under way may end. */
  readonly drain?: AbortSignal
  /** Calls of different flows take turns where they have to wait, e.g. those of different migrations. @default "" */
  readonly fairnessKey?: string
}

/** One call as it went over the wire; retries count as calls of their own. */
export interface CallRecord {
  readonly service: Service
  readonly method: string
  readonly path: string
  /** 0 where no answer came. */
  readonly status: number
  readonly durationMs: number
  readonly requestId: string
  /** true for POST, PUT, PATCH, DELETE except the sign-in. */
  readonly write: boolean
}

export type CallObserver = (call: CallRecord) => void

/** A signed-in cloud. One per connection and process: it holds the token, the sockets and the pace. */
export interface Cloud {
  readonly name: string
  /** The time limit of one call, in milliseconds. */
  readonly timeoutMs: number
  /** Sends one request; answers the parsed JSON body (undefined where it is empty). @throws CloudError */
  call<T>(request: CloudRequest): Promise<T>
  /**
   * Lists a collection to its end, following `<collection>_links` / `links.next` pages.
   * @param collection the key of the body that holds the list, e.g. `security_groups`
   */
  list<T>(request: Omit<CloudRequest, "method" | "body">, collection: string): Promise<readonly T[]>
  /** The same cloud (token, sockets, pace), with every call reported to `observer` too. */
  withObserver(observer: CallObserver): Cloud
  /** Ids of the signed-in project, of the user, and of the project's domain; signs in if need be. */
  whoami(): Promise<{ readonly projectId: string; readonly userId: string; readonly domainId: string }>
  /** Ends the sockets. Calls under way fail. */
  close(): Promise<void>
}
