import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import { type MigrationClient, migrationClient } from "../host/client.ts"
import { createDemoRows } from "../host/demo/rows.ts"
import { seedTenant } from "../host/demo/seed-cloud.ts"
import type { TenantSpec } from "../host/demo/tenant-spec.ts"
import { importTenant } from "../host/import/tenant.ts"
import { buildServer } from "../host/server.ts"
import { CoreState } from "../src/models/codes.ts"
import { type CallRecord, connectCloud } from "../src/openstack/index.ts"
import type { MigrationDetails } from "../src/serializers/migration.ts"
import type { BenchClouds } from "./clouds.ts"
import { type Cost, measure } from "./measure.ts"

/** The reference host on its PostgreSQL, with the worker in this process, and the clouds in its rows. */
export interface BenchHost {
  /** Makes a tenant in the source cloud and its rows; nobody measures that. */
  importTenant(spec: TenantSpec): Promise<Imported>
  /** Copies a tenant, from POST to OK. @throws where the copy is not exact */
  copy(tenant: Imported, onCall?: (call: CallRecord) => void): Promise<Copy>
  close(): Promise<void>
}

export interface Imported {
  readonly resourceUuid: string
  readonly projectId: string
}

export interface Copy extends Cost {
  /** Key of the migration's row. */
  readonly migration: number
}

export async function openBenchHost(pool: pg.Pool, clouds: BenchClouds): Promise<BenchHost> {
  const rows = await createDemoRows(pool, clouds)
  let observe: ((call: CallRecord) => void) | undefined
  let ended = Promise.withResolvers<void>()
  const app = await buildServer({
    pool,
    connection: (_, usual) => ({ ...usual, ...clouds.pace }),
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
    async importTenant(spec) {
      const { connection, externalNetworkId } = clouds.source
      const cloud = connectCloud({ ...connection, ...clouds.seeding })
      const projectName = `${spec.name}-${Math.random()}`
      const { projectId, instances } = await seedTenant(cloud, spec, {
        projectName,
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
    },
    async copy({ resourceUuid }, onCall = () => undefined) {
      let uuid = ""
      ended = Promise.withResolvers()
      const cost = await measure(async (count) => {
        observe = (call) => {
          count(call)
          onCall(call)
        }
        const created = await owner.create({
          src_resource: resourceUuid,
          dst_offering: rows.destination.offering.uuid,
          dst_plan: rows.destinationPlan.uuid,
          mappings: { sync_instance_ports: true, static_routes: "reachable" },
        })
        uuid = created.uuid
        // Who asks all the time how far it is slows it down.
        await ended.promise
        const { state, error_message } = await untilEnded(owner, uuid)
        if (state !== "OK") throw new Error(`The migration ended ${state}: ${error_message}`)
      })
      observe = undefined
      const { verification } = await owner.progress(uuid)
      if (verification?.differences !== 0) throw new Error("The copy differs from its source.")
      return { ...cost, migration: await keyOf(pool, uuid) }
    },
    close: () => app.close(),
  }
}

async function untilEnded(client: MigrationClient, uuid: string): Promise<MigrationDetails> {
  for (;;) {
    const migration = await client.retrieve(uuid)
    if (migration.state === "OK" || migration.state === "ERRED") return migration
    await sleep(5)
  }
}

async function keyOf(pool: pg.Pool, uuid: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from waldur_openstack_replication_migration where uuid = $1",
    [uuid],
  )
  return rows[0]?.id ?? 0
}
