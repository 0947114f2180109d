import type pg from "pg"
import type { Access } from "../src/access/types.ts"
import type { SettingsRow } from "../src/executors/clouds/clouds.ts"
import type { RateLimited } from "../src/executors/stage/worker-context.ts"
import type { Log } from "../src/executors/worker/log.ts"
import type { Hooks } from "../src/handlers/index.ts"
import type { CallRecord, CloudConnection } from "../src/openstack/types.ts"
import type { StaticRouteRule } from "../src/planning/plan.ts"
import type { RateLimit } from "./limits.ts"

/**
 * The host contract: what a host hands over. Only the database is needed; everything else has a default that works
 * on a database of Waldur's.
 */
export interface ReplicationOptions {
  /** The host's PostgreSQL, with Waldur's tables. The plugin never ends the pool. */
  readonly pool: pg.Pool
  /** Path of the API. @default "/api/openstack-migrations" */
  readonly prefix?: string
  /** Who asks and what they may do. @default Waldur's tokens and role rows */
  readonly access?: Partial<Access>
  /**
   * How to reach a cloud. Gets the row of its service settings and what the plugin would make of it.
   * @default the row's address and credentials, the project named by its option `tenant_name`
   */
  readonly connection?: (settings: SettingsRow, usual: CloudConnection) => CloudConnection
  /** Told of saves, in their transaction. They run after Waldur's own handlers. */
  readonly hooks?: Hooks
  /**
   * Whether this process also runs the work. A host with workers of its own (`startWorker`) says false.
   * @default true
   */
  readonly worker?: boolean
  /**
   * Stages that one process works on at a time, over all migrations. Each holds a database connection now and then:
   * the pool needs four more. @minimum 1 @default 8
   */
  readonly concurrency?: number
  /** Which static routes are copied where the request does not say. @default "documented" */
  readonly staticRoutes?: StaticRouteRule
  /**
   * Whether `sync_instance_ports` may go together with a mapping of subnets: addresses then keep their host part.
   * Waldur refuses that. @default false
   */
  readonly remapPorts?: boolean
  /**
   * Whether `POST …/{uuid}/run/` exists for callers of older servers. It starts nothing: the work starts by itself.
   * @default true
   */
  readonly runEndpoint?: boolean
  /** Schema of graphile-worker's tables. A host that uses graphile-worker itself names its own. @default "graphile_worker" */
  readonly queueSchema?: string
  /** Largest body that the API takes, in bytes; a larger one is answered with 413. @default 1_048_576 */
  readonly bodyLimit?: number
  /**
   * Requests that one user may send, or one address where nobody is signed in. More are answered with 429 and
   * `Retry-After`. Each process counts for itself: several let so many times more through, and a proxy before them
   * counts better. Behind a proxy, addresses are right only with Fastify's `trustProxy`. false: as many as they like.
   * @default 600 writes a minute, and reads without a limit
   */
  readonly rateLimit?: RateLimit | false
  /**
   * `GET <path>/live` answers as long as the process does, `GET <path>/ready` 200 while the database answers and has
   * the plugin's tables and the queue's, else 503 with what is missing. Nobody signs in to them, and they tell nothing
   * else. A path that the host serves itself stops the start. @default no such routes
   */
  readonly health?: {
    /** e.g. "/health", without a slash at its end. */
    readonly path: string
  }
  /**
   * `GET <path>` answers metrics in Prometheus' text form. They tell of all customers' work together: let only the one
   * who collects them come to the path, by `token` or by the proxy before the host. A worker alone has no routes:
   * `serveMonitoring` gives it a port. @default no such route
   */
  readonly metrics?: {
    /** e.g. "/metrics", without a slash at its end. */
    readonly path: string
    /** What has to be sent as `Authorization: Bearer <token>`. @default nothing: everybody who reaches the path may read */
    readonly token?: string
  }
  /** Told of every call to a cloud, e.g. for metrics of the host's own. `settingsId` is the id of the cloud's service settings. */
  readonly onCall?: (call: CallRecord, settingsId: number) => void
  /**
   * Told when a cloud answers 429 (or 413, 498, 503 with a time to wait) to a call of this process, e.g. for metrics:
   * no call to that cloud starts for so long. An observer that throws fails the call.
   */
  readonly onRateLimited?: (pause: RateLimited) => void
  /** Where the worker writes. @default the Fastify instance's log; the console for a worker alone */
  readonly log?: Log
}
