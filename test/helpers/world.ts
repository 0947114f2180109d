import type { FastifyInstance, FastifyServerOptions } from "fastify"
import type pg from "pg"
import { type MigrationClient, migrationClient } from "../../host/client.ts"
import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import { connectionTo, factsOf } from "../../host/demo/simulated.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import type { ImportedTenant } from "../../host/import/tenant.ts"
import { buildServer } from "../../host/server.ts"
import { type ReplicationOptions, startWorker, type Worker } from "../../plugin/index.ts"
import { type SimulatedCloud, type SimulatedCloudOptions, startCloud } from "../../simulator/index.ts"
import { type CallRecord, type Cloud, connectCloud } from "../../src/openstack/index.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { withDatabase } from "./database.ts"
import { untilEnded } from "./migration.ts"
import { createSourceTenant, type SourceTenant } from "./source-tenant.ts"

/** A reference host on a real PostgreSQL with two simulated clouds, over real sockets. */
export interface TestWorld {
  readonly url: string
  readonly pool: pg.Pool
  readonly databaseUrl: string
  readonly app: FastifyInstance
  readonly rows: DemoRows
  readonly source: SimulatedCloud
  readonly destination: SimulatedCloud
  /** The test's own clients of the clouds. */
  readonly sourceCloud: Cloud
  readonly destinationCloud: Cloud
  /** Calls of the plugin, in order. */
  readonly calls: readonly CallRecord[]
  readonly owner: MigrationClient
  /** Creates a tenant in the source cloud and its rows in the database. @param more creates more in the project before */
  importTenant(spec: TenantSpec, more?: (projectId: string) => Promise<void>): Promise<SourceTenant>
  /** Requests a replication as the owner. */
  create(tenant: ImportedTenant, body?: Readonly<Record<string, unknown>>): Promise<MigrationDetails>
  /** Runs a worker in this process, for a world without one. */
  startWorker(more?: Partial<ReplicationOptions>): Promise<Worker>
  /** Waits until a migration has ended. */
  ended(uuid: string): Promise<MigrationDetails>
  /** OpenStack's id of the project that a migration made. */
  projectOf(migration: MigrationDetails): Promise<string>
}

/** Rates of tests, which alone use the simulated clouds. */
const quick = { requestsPerSecond: 5_000, inFlight: 16 }

/**
 * @param options options of the plugin that differ, e.g. `worker: false`
 * @param clouds options of the simulated clouds that differ
 * @param logger of the host, e.g. one that a test reads
 */
export function withWorld(
  run: (world: TestWorld) => Promise<void>,
  options: Partial<ReplicationOptions> = {},
  clouds: {
    readonly source?: Partial<SimulatedCloudOptions>
    readonly destination?: Partial<SimulatedCloudOptions>
  } = {},
  logger?: FastifyServerOptions["logger"],
): Promise<void> {
  return withDatabase(async ({ pool, url: databaseUrl }) => {
    const source = await startCloud({ name: "A", region: "RegionA", ...clouds.source })
    const destination = await startCloud({
      name: "B",
      region: "RegionB",
      volumeTypes: ["standard", "ssd", "nvme"],
      ...clouds.destination,
    })
    const rows = await createDemoRows(pool, {
      source: factsOf("A", source),
      destination: factsOf("B", destination),
    })
    const sourceCloud = connectCloud({ ...connectionTo("A", source), ...quick })
    const destinationCloud = connectCloud({ ...connectionTo("B", destination), ...quick })
    const calls: CallRecord[] = []
    const app = await buildServer(
      {
        pool,
        connection: (_, defaults) => ({ ...defaults, ...quick }),
        onCall: (call) => calls.push(call),
        ...options,
      },
      logger,
    )
    const url = await app.listen({ host: "127.0.0.1", port: 0 })
    const owner = migrationClient(url, rows.users.owner.token)
    try {
      await run({
        url,
        pool,
        databaseUrl,
        app,
        rows,
        source,
        destination,
        sourceCloud,
        destinationCloud,
        calls,
        owner,
        importTenant: (spec, more) => createSourceTenant({ pool, cloud: sourceCloud, rows }, spec, { more }),
        create: (tenant, body = {}) =>
          owner.create({
            src_resource: tenant.resourceUuid,
            dst_offering: rows.destination.offering.uuid,
            dst_plan: rows.destinationPlan.uuid,
            ...body,
          }),
        startWorker: (more) =>
          startWorker({
            pool,
            connection: (_, defaults) => ({ ...defaults, ...quick }),
            log: app.log,
            ...options,
            worker: true,
            ...more,
          }),
        ended: (uuid) => untilEnded(pool, owner, uuid),
        async projectOf({ uuid }) {
          const found = await pool.query<{ backend_id: string }>(
            `select object.backend_id from openstack_replication.object object
               join waldur_openstack_replication_migration migration on migration.id = object.migration_id
             where migration.uuid = $1 and object.kind = 'project'`,
            [uuid],
          )
          return found.rows[0]?.backend_id ?? ""
        },
      })
    } finally {
      // fetch opens spare connections, for which a server that closes would wait a minute.
      app.server.closeAllConnections()
      await app.close()
      await Promise.all([sourceCloud.close(), destinationCloud.close()])
      await Promise.all([source.close(), destination.close()])
    }
  }, "all")
}
