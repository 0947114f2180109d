import { type SimulatedCloud, startCloud } from "../../simulator/cloud.ts"
import { connectCloud } from "../../src/openstack/index.ts"
import type { CloudConnection } from "../../src/openstack/types.ts"
import { type HostDatabase, openHostDatabase } from "../database.ts"
import { type ImportedTenant, importTenant } from "../import/tenant.ts"
import { createDemoRows, type DemoRows } from "./rows.ts"
import { seedTenant } from "./seed-cloud.ts"
import { demoTenant, type TenantSize } from "./tenants.ts"

/** A marketplace with the rows of two clouds and of a tenant in one of them. */
export interface Demo {
  readonly database: HostDatabase
  readonly rows: DemoRows
  readonly tenant: ImportedTenant
  /** What the command asks for. */
  readonly copy: {
    readonly name: string
    readonly mappings: Readonly<Record<string, unknown>>
    /** For people: what is copied from where to where. */
    readonly description: string
  }
  close(): Promise<void>
}

/** The clouds are simulated. */
export interface SimulatedDemo extends Demo {
  readonly source: SimulatedCloud
  readonly destination: SimulatedCloud
}

export interface SimulatedDemoOptions {
  readonly size: TenantSize
  readonly latencyMs: number
  readonly databaseUrl: string | undefined
}

/** What the demo's customer ordered. The archive type has no namesake in the destination: its limit is reported. */
const limits = { cores: 16, ram: 32_768, gigabytes_standard: 500, gigabytes_ssd: 200, gigabytes_archive: 50 }

/** Starts everything that the demo needs, and fills it. */
export async function createSimulatedDemo({
  size,
  latencyMs,
  databaseUrl,
}: SimulatedDemoOptions): Promise<SimulatedDemo> {
  // First, for it is what may be missing: clouds that were started would keep the process from its end.
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
    // The tenant is made by its owner before the demo begins: nobody waits for that at the demo's pace.
    const cloud = connectCloud({
      ...connectionTo("OpenStack A", source),
      requestsPerSecond: 1000,
      inFlight: 16,
    })
    const spec = demoTenant(size)
    const seeded = await seedTenant(cloud, spec)
    const tenant = await importTenant(database.pool, cloud, {
      projectId: seeded.projectId,
      instances: seeded.instances,
      settingsId: rows.source.settings.id,
      project: rows.project,
      offering: rows.source.offering,
      plan: rows.source.plan,
      limits,
    })
    await cloud.close()
    for (const simulated of [source, destination]) {
      simulated.setLatency(latencyMs)
      simulated.resetStats()
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

export function connectionTo(name: string, { authUrl, region, admin }: SimulatedCloud): CloudConnection {
  const { username, password, projectName, userDomain, projectDomain } = admin
  return { name, authUrl, region, username, password, projectName, userDomain, projectDomain }
}

/** What the demo's rows say of a simulated cloud. */
export function factsOf(name: string, cloud: SimulatedCloud) {
  const [externalNetworkId] = cloud.externalNetworkIds
  return {
    connection: connectionTo(name, cloud),
    volumeTypes: cloud.volumeTypes,
    ...(externalNetworkId !== undefined && { externalNetworkId }),
  }
}
