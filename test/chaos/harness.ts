import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import { type MigrationClient, migrationClient } from "../../host/client.ts"
import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import { seedTenant } from "../../host/demo/seed-cloud.ts"
import { connectionTo, factsOf } from "../../host/demo/simulated.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { type ImportedTenant, importTenant } from "../../host/import/tenant.ts"
import { buildServer } from "../../host/server.ts"
import { createWaldurTables } from "../../host/waldur/tables.ts"
import { type SimulatedCloud, startCloud } from "../../simulator/index.ts"
import { CoreState } from "../../src/models/codes.ts"
import { type Cloud, connectCloud } from "../../src/openstack/index.ts"
import { type Item, inventoryOf } from "./inventory.ts"
import { tellStages } from "./kill-worker.ts"
import { type Outcome, outcomeOf } from "./outcome.ts"
import { quick } from "./rates.ts"
import { Fleet } from "./workers.ts"

/** A migration that has not ended by then never will. */
const endMs = 200_000

/** Jobs that are still there by then are left: those of a worker that died are given back within a minute. */
const tidyMs = 60_000

const jobsInWords = `
  select concat_ws(' ', task.identifier, job.payload, 'after', job.attempts, 'attempts,',
    case when job.locked_at is not null then concat('held by ', job.locked_by, ' since ', now() - job.locked_at)
      else concat('due in ', job.run_at - now()) end, job.last_error) as job
  from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id`

export type SourceTenant = ImportedTenant & { readonly projectId: string }

export interface Outcomes {
  readonly outcomes: readonly Outcome[]
  readonly strays: readonly string[]
}

/** A host's API and two simulated clouds on a database of their own; the workers are other processes. */
export interface Arena {
  readonly url: string
  readonly token: string
  readonly pool: pg.Pool
  readonly databaseUrl: string
  readonly source: SimulatedCloud
  readonly destination: SimulatedCloud
  readonly sourceCloud: Cloud
  readonly destinationCloud: Cloud
  readonly fleet: Fleet
  importTenant(spec: TenantSpec): Promise<SourceTenant>
  /** Asks for a replication; answers the migration's uuid. */
  create(tenant: SourceTenant, name: string, mappings: object, client?: MigrationClient): Promise<string>
  /** Answers which have not ended in time. */
  untilEnded(uuids: readonly string[]): Promise<readonly string[]>
  /** What the migrations have come to, and what is new in the destination and in none of their projects. */
  outcomes(uuids: readonly string[]): Promise<Outcomes>
  /** Jobs that are left although every migration has ended, in words. */
  jobsLeft(): Promise<readonly string[]>
  close(): Promise<void>
}

/** @param serverUrl a PostgreSQL in which databases may be made */
export async function openArena(serverUrl: string): Promise<Arena> {
  const databaseUrl = await createDatabase(serverUrl)
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 })
  pool.on("error", () => undefined)
  const source = await startCloud({ name: "A", region: "RegionA" })
  const destination = await startCloud({
    name: "B",
    region: "RegionB",
    volumeTypes: ["standard", "ssd", "nvme"],
  })
  const client = await pool.connect()
  const rows: DemoRows = await createWaldurTables(client)
    .then(() =>
      createDemoRows(client, { source: factsOf("A", source), destination: factsOf("B", destination) }),
    )
    .finally(() => client.release())
  const apiPool = new pg.Pool({ connectionString: databaseUrl, max: 8 })
  const app = await buildServer({ pool: apiPool, connection: quick, remapPorts: true, worker: false })
  const url = await app.listen({ host: "127.0.0.1", port: 0 })
  await tellStages(pool)
  const eyes = { requestsPerSecond: 5_000, inFlight: 16 }
  const sourceCloud = connectCloud({ ...connectionTo("A", source), ...eyes })
  const destinationCloud = connectCloud({ ...connectionTo("B", destination), ...eyes })
  const owner = migrationClient(url, rows.users.owner.token)
  const fleet = new Fleet(databaseUrl)
  // Neutron makes an admin's default group when the admin lists groups: the first look is what makes it.
  await inventoryOf(destinationCloud)
  const known = new Set((await inventoryOf(destinationCloud)).map(keyOf))

  return {
    url,
    token: rows.users.owner.token,
    pool,
    databaseUrl,
    source,
    destination,
    sourceCloud,
    destinationCloud,
    fleet,

    async importTenant(spec) {
      const projectName = `${spec.name.slice(0, 40)}-${Math.random()}`
      const { projectId, instances } = await seedTenant(sourceCloud, spec, { projectName })
      const tenant = await importTenant(pool, sourceCloud, {
        projectId,
        instances,
        settingsId: rows.source.settings.id,
        project: rows.project,
        offering: rows.source.offering,
        plan: rows.source.plan,
        limits: { cores: 8, ram: 16_384, gigabytes_standard: 100, gigabytes_ssd: 50 },
      })
      return { ...tenant, projectId }
    },

    async create(tenant, name, mappings, client = owner) {
      const { uuid } = await client.create({
        src_resource: tenant.resourceUuid,
        dst_offering: rows.destination.offering.uuid,
        dst_plan: rows.destinationPlan.uuid,
        name,
        mappings,
      })
      return uuid
    },

    async untilEnded(uuids) {
      const sql = `select uuid::text from waldur_openstack_replication_migration
        where uuid = any($1) and state not in (${CoreState.OK}, ${CoreState.ERRED})`
      for (const began = Date.now(); ; await sleep(100)) {
        const running = await pool.query<{ uuid: string }>(sql, [uuids]).catch(() => undefined)
        const left = running?.rows.map(({ uuid }) => uuid) ?? uuids
        if (left.length === 0 || Date.now() - began > endMs) return left
      }
    },

    async outcomes(uuids) {
      const inventory = await inventoryOf(destinationCloud)
      const outcomes = await Promise.all(
        uuids.map((uuid) => outcomeOf(pool, destinationCloud, inventory, uuid)),
      )
      const projects = new Set(outcomes.map(({ projectId }) => projectId))
      const strays = inventory.filter((item) => !known.has(keyOf(item)) && !projects.has(item.projectId))
      for (const item of inventory) known.add(keyOf(item))
      return { outcomes: outcomes.map(({ outcome }) => outcome), strays: strays.map(keyOf) }
    },

    async jobsLeft() {
      for (const began = Date.now(); ; await sleep(100)) {
        const { rows } = await pool.query<{ job: string }>(jobsInWords)
        if (rows.length === 0 || Date.now() - began > tidyMs) return rows.map(({ job }) => job)
      }
    },

    async close() {
      source.onRequest = undefined
      destination.onRequest = undefined
      await fleet.stop()
      await app.close()
      await Promise.all([sourceCloud.close(), destinationCloud.close()])
      await Promise.all([source.close(), destination.close()])
      await Promise.all([pool.end(), apiPool.end()])
      await dropDatabase(serverUrl, databaseUrl)
    },
  }
}

function keyOf({ collection, id }: Item): string {
  return `${collection} ${id}`
}

async function createDatabase(serverUrl: string): Promise<string> {
  const name = `chaos_${randomBytes(6).toString("hex")}`
  await onServer(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

function dropDatabase(serverUrl: string, databaseUrl: string): Promise<void> {
  return onServer(serverUrl, `drop database ${new URL(databaseUrl).pathname.slice(1)} with (force)`)
}

async function onServer(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client(serverUrl)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
