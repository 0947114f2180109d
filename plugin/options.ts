import type pg from "pg"
import type { Access } from "../src/access/types.ts"
import type { RateLimited } from "../src/executors/clouds/clouds.ts"
import type { SettingsRow } from "../src/executors/clouds/settings.ts"
import type { Log } from "../src/executors/worker/log.ts"
import type { HandlerSwitches, Hooks } from "../src/handlers/index.ts"
import type { CallRecord, CloudConnection } from "../src/openstack/cloud/types.ts"
import type { StaticRouteRule } from "../src/planning/plan.ts"
import type { RateLimit } from "./limits.ts"

/**
 * Options of the plugin and of `startWorker`. Only `pool` is required; the defaults fit a database of Waldur. API and
 * workers of one host need the same `connection`, `hooks`, `handlers` and `queueSchema`.
 */
export interface ReplicationOptions {
  /**
   * Connection pool of the host's PostgreSQL database, which has Waldur's tables. The plugin never ends it. A pool of
   * fewer than 4 connections (2 without a worker) is refused; a small one makes requests and stages wait for
   * connections. Recommended: `concurrency` + 4, and what the host itself needs.
   */
  readonly pool: pg.Pool
  /**
   * Path of the API, without a trailing slash. Waldur's clients only find the default.
   * @default "/api/openstack-migrations"
   */
  readonly prefix?: string
  /**
   * Authentication and permissions. A member that is not given follows Waldur's own rules.
   * @default Waldur's tokens and roles
   */
  readonly access?: Partial<Access>
  /**
   * Returns how to connect to a cloud, e.g. with credentials from a secret store. It gets the row of the cloud's
   * service settings and the connection that the plugin derives from it. It is called each time a cloud is needed and
   * cannot wait for a promise. A worker that lacks it connects with the row alone.
   * @default the row's address and credentials, with the project of its option `tenant_name`
   */
  readonly connection?: (settings: SettingsRow, defaults: CloudConnection) => CloudConnection
  /**
   * Functions that run when migrations, resources and orders are saved, after Waldur's own handlers. Saves of a
   * process without the hooks are missed.
   * @default none
   */
  readonly hooks?: Hooks
  /**
   * Which of the plugin's handlers are on. A handler writes rows that Waldur's own code writes after the same change. A
   * host that writes them itself, or lacks the tables, switches the handler off with false:
   *
   * - `inventory`: flavors, images, volume types and availability zones of the new tenant
   * - `routerPorts`: the ports of router interfaces, and the addresses of routers
   * - `usages`: the quota usages of the new tenant
   * - `subResourceOfferings`: the offerings for machines and volumes in the new tenant
   * - `componentQuotas`: the limits of the new resource, for each component of its offering
   * - `planPeriods`: the period in which the resource has its plan
   * - `events`: the entries of Waldur's event log
   * - `counters`: the numbers of resources and orders of projects, customers and offerings
   * - `billing`: the customer's invoice of the month, with its items, and the price estimates
   * - `orders`: the order of the migration, for the customer's records
   *
   * API and workers need the same value. Unknown names are refused with INVALID_OPTION.
   * @default all of them are on
   * @example
   * ```ts
   * await app.register(openstackReplication, { pool, handlers: { billing: false } })
   * ```
   */
  readonly handlers?: HandlerSwitches
  /**
   * Whether this process also runs a worker. With false and no worker elsewhere, migrations stay `CREATION_SCHEDULED`.
   * @default true
   */
  readonly worker?: boolean
  /**
   * Number of stages that a worker runs at a time, over all migrations. Each stage uses a database connection now and
   * then; the pool should have 4 more.
   * @minimum 1 @default 8
   */
  readonly concurrency?: number
  /**
   * Which static routes are copied if the request has no rule: `documented` copies those into the tenant's own subnets,
   * as Waldur documents it, `reachable` all whose next hop is reachable. Other routes are reported as not copied.
   * @default "documented"
   */
  readonly staticRoutes?: StaticRouteRule
  /**
   * Whether `sync_instance_ports` is allowed together with subnet mappings; addresses then keep their host part. With
   * false such a request is refused, as Waldur does.
   * @default false
   */
  readonly remapPorts?: boolean
  /**
   * Whether `POST …/{uuid}/run/` exists for clients of older servers. It changes nothing, because migrations start by
   * themselves. With false, these clients get 404.
   * @default true
   */
  readonly runEndpoint?: boolean
  /**
   * Schema of graphile-worker's tables. A host that uses another version of graphile-worker itself sets another schema.
   * With different values in API and worker, the worker finds no jobs.
   * @default "graphile_worker"
   */
  readonly queueSchema?: string
  /**
   * Maximum size of a request's body in bytes; a larger body is refused with 413. A small limit refuses requests with
   * thousands of subnet mappings.
   * @default 1_048_576
   */
  readonly bodyLimit?: number
  /**
   * Number of requests that a user, or an address without a valid token, may send; more are refused with 429 and
   * `Retry-After`. false means no limit. Each process counts for itself, so a proxy in front of several processes
   * limits more exactly. Behind a proxy without Fastify's `trustProxy`, all unauthenticated clients share one address.
   * @default 600 writes per minute, and no limit for reads
   */
  readonly rateLimit?: RateLimit | false
  /**
   * Serves `GET <path>/live`, which responds while the process runs, and `GET <path>/ready`, which responds with 200
   * while the database is reachable and has the tables of the plugin and the queue, else with 503 and the failed
   * checks. Neither requires authentication. A path that the host already serves makes the start fail.
   * @default no such routes
   */
  readonly health?: {
    /** E.g. "/health", without a trailing slash. */
    readonly path: string
  }
  /**
   * Serves metrics in Prometheus' text format. They cover all customers, so protect the path by `token`, or by the
   * proxy in front of the host. A worker without an API has no routes; `serveMonitoring` serves its metrics.
   * @default no such route
   */
  readonly metrics?: {
    /** E.g. "/metrics", without a trailing slash. */
    readonly path: string
    /** Required as `Authorization: Bearer <token>`. @default none: everybody who reaches the path may read */
    readonly token?: string
  }
  /**
   * Called after each call to a cloud, e.g. for metrics of the host; `settingsId` is the id of the cloud's service
   * settings. It runs between the calls: a slow function slows the migration down, and one that throws fails the call.
   * @default none
   */
  readonly onCall?: (call: CallRecord, settingsId: number) => void
  /**
   * Called when a cloud limits the rate of this process, by a 429, or by a 413, 498 or 503 with a time to wait. No call
   * to that cloud starts during this time. A function that throws fails the call.
   * @default none
   */
  readonly onRateLimited?: (pause: RateLimited) => void
  /**
   * Logger of the worker; pino's and Fastify's loggers fit.
   * @default the Fastify instance's log; for `startWorker`, lines of JSON on standard error
   */
  readonly log?: Log
}
