import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import { seedTenant } from "../../host/demo/seed-cloud.ts"
import { connectionTo } from "../../host/demo/simulated.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { importTenant } from "../../host/import/tenant.ts"
import { waitUntilEnded } from "../../host/wait-until-ended.ts"
import { type SimulatedCloud, startCloud } from "../../simulator/index.ts"
import { connectCloud } from "../../src/openstack/index.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { type TestDatabase, withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"

/** A marketplace's database with a tenant in one of two clouds. The example under test serves it. */
export interface Marketplace extends TestDatabase {
  readonly rows: DemoRows
  /** The body of a valid request. */
  readonly body: Readonly<Record<string, string>>
}

export function withMarketplace(run: (marketplace: Marketplace) => Promise<void>): Promise<void> {
  return withDatabase(async ({ url, pool }) => {
    await using clouds = new AsyncDisposableStack()
    const start = async (name: string) => {
      const cloud = await startCloud({ name })
      clouds.defer(() => cloud.close())
      return cloud
    }
    const [source, destination] = await Promise.all([start("A"), start("B")])
    const rows = await createDemoRows(pool, {
      source: facts("A", source),
      destination: facts("B", destination),
    })
    const reader = connectCloud({ ...connectionTo("A", source), requestsPerSecond: 5_000, inFlight: 16 })
    clouds.defer(() => reader.close())
    const { resourceUuid } = await importTenant(pool, reader, {
      ...(await seedTenant(reader, demoTenant("small"))),
      settingsId: rows.source.settings.id,
      project: rows.project,
      offering: rows.source.offering,
      plan: rows.source.plan,
      limits: { cores: 8, ram: 16_384 },
    })
    const body = {
      src_resource: resourceUuid,
      dst_offering: rows.destination.offering.uuid,
      dst_plan: rows.destinationPlan.uuid,
    }
    await run({ url, pool, rows, body })
  })
}

/** Waits until the migration at the address has ended. */
export function ended(address: string, authorization: string): Promise<MigrationDetails> {
  return waitUntilEnded(async () => {
    const { status, body } = await ask(address, { headers: { authorization } })
    if (status !== 200)
      throw new Error(`GET ${address} failed with status ${status}: ${JSON.stringify(body)}`)
    return body as MigrationDetails
  })
}

function facts(name: string, cloud: SimulatedCloud) {
  const [externalNetworkId = ""] = cloud.externalNetworkIds
  return { connection: connectionTo(name, cloud), volumeTypes: cloud.volumeTypes, externalNetworkId }
}
