import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import { type MigrationClient, migrationClient } from "../../host/client.ts"
import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import { connectionTo, factsOf } from "../../host/demo/simulated.ts"
import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { buildServer } from "../../host/server.ts"
import { createWaldurTables } from "../../host/waldur/tables.ts"
import { type SimulatedCloud, startCloud } from "../../simulator/index.ts"
import { CoreState } from "../../src/models/codes.ts"
import { type Cloud, connectCloud } from "../../src/openstack/index.ts"
import { createSourceTenant, type SourceTenant } from "../helpers/source-tenant.ts"
import { type Item, inventoryOf } from "./inventory.ts"
import { notifyStageChanges } from "./kill-worker.ts"
import { type Outcome, outcomeOf } from "./outcome.ts"
import { fastConnection } from "./rates.ts"
import { Workers } from "./workers.ts"

/** The longest time that a migration may take. */
const endMs = 200_000

/** Jobs that are still in the queue by then count as left: the jobs of a killed worker are released within a minute. */
const jobsLeftMs = 60_000

const jobDescriptions = `
  select concat_ws(' ', task.identifier, job.payload, 'after', job.attempts, 'attempts,',
    case when job.locked_at is not null then concat('held by ', job.locked_by, ' since ', now() - job.locked_at)
      else concat('due in ', job.run_at - now()) end, job.last_error) as job
  from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id`

export interface Outcomes {
  readonly outcomes: readonly Outcome[]
  readonly unowned: readonly string[]
}

/** A host's API and two simulated clouds on a database of their own; the workers are other processes. */
export interface Harness {
  readonly url: string
  readonly token: string
  readonly pool: pg.Pool
  readonly databaseUrl: string
  readonly source: SimulatedCloud
  readonly destination: SimulatedCloud
  readonly sourceCloud: Cloud
  readonly destinationCloud: Cloud
  readonly workers: Workers
  importTenant(spec: TenantSpec): Promise<SourceTenant>
  /** Requests a replication and returns the migration's uuid. */
  create(tenant: SourceTenant, name: string, mappings: object, client?: MigrationClient): Promise<string>
  /** Waits until migrations have ended. Returns those that have not ended in time. */
  untilEnded(uuids: readonly string[]): Promise<readonly string[]>
  /** Returns the results of migrations, and what is new in the destination outside their projects. */
  outcomes(uuids: readonly string[]): Promise<Outcomes>
  /** Waits until the queue is empty. Returns descriptions of the jobs that are left at the deadline. */
  jobsLeft(): Promise<readonly string[]>
  close(): Promise<void>
}

/** @param serverUrl a PostgreSQL server on which databases may be created */
export async function openHarness(serverUrl: string): Promise<Harness> {
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
  const app = await buildServer({
    pool: apiPool,
    connection: fastConnection,
    remapPorts: true,
    worker: false,
  })
  const url = await app.listen({ host: "127.0.0.1", port: 0 })
  await notifyStageChanges(pool)
  const fast = { requestsPerSecond: 5_000, inFlight: 16 }
  const sourceCloud = connectCloud({ ...connectionTo("A", source), ...fast })
  const destinationCloud = connectCloud({ ...connectionTo("B", destination), ...fast })
  const owner = migrationClient(url, rows.users.owner.token)
  const workers = new Workers(databaseUrl)
  // Neutron creates the admin's default security group when the admin first lists groups.
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
    workers,

    importTenant: (spec) => createSourceTenant({ pool, cloud: sourceCloud, rows }, spec),

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
      const unowned = inventory.filter((item) => !known.has(keyOf(item)) && !projects.has(item.projectId))
      for (const item of inventory) known.add(keyOf(item))
      return { outcomes: outcomes.map(({ outcome }) => outcome), unowned: unowned.map(keyOf) }
    },

    async jobsLeft() {
      for (const began = Date.now(); ; await sleep(100)) {
        const { rows } = await pool.query<{ job: string }>(jobDescriptions)
        if (rows.length === 0 || Date.now() - began > jobsLeftMs) return rows.map(({ job }) => job)
      }
    },

    async close() {
      source.onRequest = undefined
      destination.onRequest = undefined
      await workers.stop()
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
