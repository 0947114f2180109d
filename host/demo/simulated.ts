import type pg from "pg"
import { type SimulatedCloud, startCloud } from "../../simulator/cloud.ts"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { connectCloud } from "../../src/openstack/index.ts"
import { openHostDatabase } from "../database.ts"
import { type ImportedTenant, importTenant } from "../import/tenant.ts"
import type { Demo } from "./demo.ts"
import { writeHistory } from "./history.ts"
import { createDemoRows, type DemoRows } from "./rows.ts"
import { seedTenant } from "./seed-cloud.ts"
import type { TenantSpec } from "./tenant-spec.ts"
import { demoTenant, type TenantSize } from "./tenants.ts"

/** A demo between two simulated clouds. */
export interface SimulatedDemo extends Demo {
  readonly source: SimulatedCloud
  readonly destination: SimulatedCloud
}

export interface SimulatedDemoOptions {
  readonly size: TenantSize
  readonly latencyMs: number
  readonly databaseUrl: string | undefined
}

/**
 * What the demo's customer ordered: enough for its machines, of one core each. The destination has no volume type "archive",
 * so its limit is reported as not copied.
 */
function limitsFor({ ports }: TenantSpec) {
  const machines = new Set(ports.flatMap(({ instance }) => instance ?? [])).size
  const cores = Math.max(16, machines)
  return { cores, ram: 2_048 * cores, gigabytes_standard: 500, gigabytes_ssd: 200, gigabytes_archive: 50 }
}

/** Starts the database and the clouds, and creates the tenant and its rows. */
export async function createSimulatedDemo(options: SimulatedDemoOptions): Promise<SimulatedDemo> {
  const { size, latencyMs, databaseUrl } = options
  // The database comes first: it may be missing, and running clouds would keep the process from ending.
  const database = await openHostDatabase(databaseUrl)
  const [source, destination] = await Promise.all([
    startCloud({ name: "A", region: "RegionA" }),
    startCloud({ name: "B", region: "RegionB", volumeTypes: ["standard", "ssd", "nvme"] }),
  ])
  const close = async () => {
    await Promise.all([database.close(), source.close(), destination.close()])
  }
  try {
    const rows = await createDemoRows(database.pool, {
      source: factsOf("OpenStack A", source),
      destination: factsOf("OpenStack B", destination),
    })
    const tenant = await createTenant(database.pool, source, rows, size)
    for (const cloud of [source, destination]) {
      cloud.setLatency(latencyMs)
      cloud.resetStats()
    }
    const copy = {
      name: `replica-${size}`,
      mappings: { sync_instance_ports: true },
      description: `"${tenant.name}" from cloud A to cloud B`,
    }
    return { database, source, destination, rows, tenant, copy, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Creates the tenant in the source cloud, at full speed, and the rows of a tenant that is in use. */
async function createTenant(
  db: pg.Pool,
  source: SimulatedCloud,
  rows: DemoRows,
  size: TenantSize,
): Promise<ImportedTenant> {
  const cloud = connectCloud({
    ...connectionTo("OpenStack A", source),
    requestsPerSecond: 1000,
    inFlight: 16,
  })
  const spec = demoTenant(size)
  const { projectId, instances } = await seedTenant(cloud, spec)
  const tenant = await importTenant(db, cloud, {
    projectId,
    instances,
    settingsId: rows.source.settings.id,
    project: rows.project,
    offering: rows.source.offering,
    plan: rows.source.plan,
    limits: limitsFor(spec),
  })
  await writeHistory(db, tenant, { cloud, projectId, settingsId: rows.source.settings.id })
  await cloud.close()
  return tenant
}

export function connectionTo(name: string, { authUrl, region, admin }: SimulatedCloud): CloudConnection {
  const { username, password, projectName, userDomain, projectDomain } = admin
  return { name, authUrl, region, username, password, projectName, userDomain, projectDomain }
}

/** Returns what the demo's rows hold of a simulated cloud. */
export function factsOf(name: string, cloud: SimulatedCloud) {
  const [externalNetworkId] = cloud.externalNetworkIds
  return {
    connection: connectionTo(name, cloud),
    volumeTypes: cloud.volumeTypes,
    ...(externalNetworkId !== undefined && { externalNetworkId }),
  }
}
