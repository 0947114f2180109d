import { type SimulatedCloud, startCloud } from "../../simulator/cloud.ts"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { connectCloud } from "../../src/openstack/index.ts"
import { openHostDatabase } from "../database.ts"
import { type ImportedTenant, importTenant } from "../import/tenant.ts"
import type { Queryable } from "../waldur/insert.ts"
import type { Demo } from "./demo.ts"
import { createDemoRows, type DemoRows } from "./rows.ts"
import { seedTenant } from "./seed-cloud.ts"
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

/** What the demo's customer ordered. The destination has no volume type "archive", so its limit is reported as not copied. */
const limits = { cores: 16, ram: 32_768, gigabytes_standard: 500, gigabytes_ssd: 200, gigabytes_archive: 50 }

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

/** Creates the tenant in the source cloud, at full speed, and imports its rows. */
async function createTenant(
  db: Queryable,
  source: SimulatedCloud,
  rows: DemoRows,
  size: TenantSize,
): Promise<ImportedTenant> {
  const cloud = connectCloud({
    ...connectionTo("OpenStack A", source),
    requestsPerSecond: 1000,
    inFlight: 16,
  })
  const { projectId, instances } = await seedTenant(cloud, demoTenant(size))
  const tenant = await importTenant(db, cloud, {
    projectId,
    instances,
    settingsId: rows.source.settings.id,
    project: rows.project,
    offering: rows.source.offering,
    plan: rows.source.plan,
    limits,
  })
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
