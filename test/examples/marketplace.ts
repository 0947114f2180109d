import { setTimeout as sleep } from "node:timers/promises"
import { createDemoRows, type DemoRows } from "../../host/demo/rows.ts"
import { seedTenant } from "../../host/demo/seed-cloud.ts"
import { connectionTo } from "../../host/demo/simulated.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { importTenant } from "../../host/import/tenant.ts"
import { type SimulatedCloud, startCloud } from "../../simulator/index.ts"
import { connectCloud } from "../../src/openstack/index.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { type TestDatabase, withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"

/** A marketplace's database with a tenant in one of two clouds, and nothing that serves it: that is the example's part. */
export interface Marketplace extends TestDatabase {
  readonly rows: DemoRows
  /** The body of a request that is good. */
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
    const eyes = connectCloud({ ...connectionTo("A", source), requestsPerSecond: 5_000, inFlight: 16 })
    clouds.defer(() => eyes.close())
    const { resourceUuid } = await importTenant(pool, eyes, {
      ...(await seedTenant(eyes, demoTenant("small"))),
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

/** Asks until the migration at the address has ended. */
export async function ended(address: string, authorization: string): Promise<MigrationDetails> {
  for (;;) {
    const { status, body } = await ask(address, { headers: { authorization } })
    if (status !== 200) throw new Error(`${address} answered ${status}: ${JSON.stringify(body)}`)
    const migration = body as MigrationDetails
    if (migration.state === "OK" || migration.state === "ERRED") return migration
    await sleep(50)
  }
}

function facts(name: string, cloud: SimulatedCloud) {
  const [externalNetworkId = ""] = cloud.externalNetworkIds
  return { connection: connectionTo(name, cloud), volumeTypes: cloud.volumeTypes, externalNetworkId }
}
