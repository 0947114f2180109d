/** The services of OpenStack that hold a tenant's structure. */
export type Service = "identity" | "network" | "compute" | "volume" | "image"

/**
 * Address, credentials and limits of one cloud. Waldur's service settings hold the same facts.
 *
 * @example
 * ```ts
 * const connection: CloudConnection = {
 *   name: "Region B",
 *   authUrl: "https://cloud.example.com:5000/v3",
 *   username: "admin",
 *   password: secrets.regionB,
 *   projectName: "admin",
 *   requestsPerSecond: 20,
 * }
 * ```
 */
export interface CloudConnection {
  /** Name for errors, logs and metrics. */
  readonly name: string
  /** Address of Keystone, with or without `/v3`. */
  readonly authUrl: string
  /** Name of the user; "" with `userId`, or with an application credential that has an id. */
  readonly username: string
  /** "" with an application credential. */
  readonly password: string
  /** Id of the user, instead of the name. */
  readonly userId?: string
  /** Name of the user's domain. @default "Default" */
  readonly userDomain?: string
  /** Id of the user's domain, instead of its name. */
  readonly userDomainId?: string
  /** Name of the project that the user signs in to; "" with `projectId` or an application credential. */
  readonly projectName: string
  /** Id of that project, instead of the name. */
  readonly projectId?: string
  /** Name of that project's domain. @default the user's */
  readonly projectDomain?: string
  /** Id of that project's domain, instead of its name. */
  readonly projectDomainId?: string
  /**
   * Signs in instead of user and password. It has the project and the roles that it was created with: Keystone issues no
   * token for another project.
   */
  readonly applicationCredential?: ApplicationCredential
  /** Region in the catalog. @default the catalog's only region, else the first of the service */
  readonly region?: string
  /** Interface in the catalog. @default "public" */
  readonly interface?: "public" | "internal" | "admin"
  readonly tls?: {
    /** Certificates of trusted CAs in PEM, instead of those that Node.js includes. */
    readonly ca?: string
    /** false accepts every certificate: for test clouds only. @default true */
    readonly verify?: boolean
  }
  /**
   * Time limit of one call, in milliseconds. A call that takes longer is aborted; a bulk POST of ports takes about 200 ms
   * for each port. @default 60_000
   */
  readonly timeoutMs?: number
  /**
   * Calls in flight to this cloud at a time, across all processes on the host's database. More than 16 cost a small Neutron
   * more than they gain. @default 8
   */
  readonly inFlight?: number
  /**
   * Calls started per second, across all processes on the host's database. Public clouds refuse more than about 20.
   * @default 10
   */
  readonly requestsPerSecond?: number
}

/** An application credential of Keystone: by `id`, or by `name` together with the connection's user. */
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
   * Whether the request may be retried after a lost response: done twice, it must have the effect of once.
   * @default true for GET, HEAD, PUT and DELETE
   */
  readonly repeatable?: boolean
  /** Aborts the call, also in flight. */
  readonly signal?: AbortSignal
  /** Once aborted, no try starts: a waiting call is refused, a try in flight continues to its end. */
  readonly drain?: AbortSignal
  /** Calls of different keys take turns where they wait for a slot, e.g. those of different migrations. @default "" */
  readonly fairnessKey?: string
}

/** One try of a call to a cloud; a retry is a record of its own. */
export interface CallRecord {
  readonly service: Service
  readonly method: string
  /** Path below the service's endpoint, without the query. */
  readonly path: string
  /** 0 without a response. */
  readonly status: number
  readonly durationMs: number
  /** `x-openstack-request-id` of the response, or "". */
  readonly requestId: string
  /** true for POST, PUT, PATCH and DELETE, except the sign-in. */
  readonly write: boolean
}

/** Called after every try of a call. */
export type CallObserver = (call: CallRecord) => void

/** The client of one cloud: it holds the token, the sockets and the limiter, and signs in by itself. */
export interface Cloud {
  readonly name: string
  /** Time limit of one call, in milliseconds. */
  readonly timeoutMs: number
  /** Sends one request. Returns the parsed JSON body, or undefined where it is empty. @throws CloudError */
  call<T>(request: CloudRequest): Promise<T>
  /**
   * Reads a collection to its end, following `<collection>_links` or `links.next` from page to page.
   * @param collection key of the list in the body, e.g. `security_groups`
   * @throws CloudError
   */
  list<T>(request: Omit<CloudRequest, "method" | "body">, collection: string): Promise<readonly T[]>
  /** Returns the same client (token, sockets, limiter) with one more observer. */
  withObserver(observer: CallObserver): Cloud
  /** Returns the ids of project and user of the token, and of the project's domain. @throws CloudError */
  whoami(): Promise<{ readonly projectId: string; readonly userId: string; readonly domainId: string }>
  /** Closes the sockets. Calls in flight fail. */
  close(): Promise<void>
}
