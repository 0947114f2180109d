import type pg from "pg"
import { type MigrationClient, migrationClient } from "../host/client.ts"
import { createDemoRows, type DemoRows } from "../host/demo/rows.ts"
import { seedTenant } from "../host/demo/seed-cloud.ts"
import type { TenantSpec } from "../host/demo/tenant-spec.ts"
import { importTenant } from "../host/import/tenant.ts"
import { buildServer } from "../host/server.ts"
import { waitUntilEnded } from "../host/wait-until-ended.ts"
import { CoreState } from "../src/models/codes.ts"
import { type CallRecord, connectCloud } from "../src/openstack/index.ts"
import type { BenchClouds } from "./clouds.ts"
import { type Cost, measure } from "./measure.ts"

/** The reference host on its PostgreSQL, with a worker in this process, and the clouds in its rows. */
export interface BenchHost {
  /** Creates a tenant in the source cloud and imports its rows; not measured. */
  importTenant(spec: TenantSpec): Promise<Imported>
  /** Replicates a tenant, from POST to OK. @throws Error where the copy is not exact */
  replicate(tenant: Imported): Promise<Replication>
  close(): Promise<void>
}

export interface Imported {
  readonly resourceUuid: string
  readonly projectId: string
}

export interface Replication extends Cost {
  /** Primary key of the migration's row. */
  readonly migration: number
}

export async function openBenchHost(pool: pg.Pool, clouds: BenchClouds): Promise<BenchHost> {
  const rows = await createDemoRows(pool, clouds)
  let observe: ((call: CallRecord) => void) | undefined
  let ended = Promise.withResolvers<void>()
  const app = await buildServer({
    pool,
    connection: (_, defaults) => ({ ...defaults, ...clouds.rateLimit }),
    onCall: (call) => observe?.(call),
    hooks: {
      migration: [
        async ({ instance: { state } }) => {
          if (state === CoreState.OK || state === CoreState.ERRED) ended.resolve()
        },
      ],
    },
  })
  const url = await app.listen({ host: "127.0.0.1", port: 0 })
  const owner = migrationClient(url, rows.users.owner.token)
  return {
    importTenant: (spec) => createSource(pool, clouds, rows, spec),
    async replicate(tenant) {
      ended = Promise.withResolvers()
      let uuid = ""
      const cost = await measure(async (count) => {
        observe = count
        uuid = await requestMigration(owner, rows, tenant)
        // The hook reports the end: polling the API would slow the replication down.
        await ended.promise
        const { state, error_message } = await waitUntilEnded(() => owner.retrieve(uuid), { pollMs: 5 })
        if (state !== "OK") throw new Error(`The migration ended ${state}: ${error_message}`)
      })
      observe = undefined
      const { verification } = await owner.progress(uuid)
      if (verification?.differences !== 0) throw new Error("The copy differs from its source.")
      return { ...cost, migration: await idOf(pool, uuid) }
    },
    close: () => app.close(),
  }
}

async function createSource(
  pool: pg.Pool,
  { source: { connection, externalNetworkId }, seeding }: BenchClouds,
  rows: DemoRows,
  spec: TenantSpec,
): Promise<Imported> {
  const cloud = connectCloud({ ...connection, ...seeding })
  const { projectId, instances } = await seedTenant(cloud, spec, {
    projectName: `${spec.name}-${Math.random()}`,
    ...(externalNetworkId !== undefined && { externalNetworkId }),
  })
  const { resourceUuid } = await importTenant(pool, cloud, {
    projectId,
    instances,
    settingsId: rows.source.settings.id,
    project: rows.project,
    offering: rows.source.offering,
    plan: rows.source.plan,
    limits: { cores: 8, ram: 16_384 },
  })
  await cloud.close()
  return { resourceUuid, projectId }
}

/** Returns the uuid of the migration. */
async function requestMigration(
  owner: MigrationClient,
  { destination, destinationPlan }: DemoRows,
  { resourceUuid }: Imported,
): Promise<string> {
  const { uuid } = await owner.create({
    src_resource: resourceUuid,
    dst_offering: destination.offering.uuid,
    dst_plan: destinationPlan.uuid,
    mappings: { sync_instance_ports: true, static_routes: "reachable" },
  })
  return uuid
}

async function idOf(pool: pg.Pool, uuid: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from waldur_openstack_replication_migration where uuid = $1",
    [uuid],
  )
  return rows[0]?.id ?? 0
}
