import { hex } from "../src/models/uuid.ts"
import { migrationClient } from "./client.ts"
import { runProgram, waitForSignal } from "./command/run.ts"
import type { Demo } from "./demo/simulated.ts"
import { openDemo } from "./open-demo.ts"
import { type HostOptions, readHostOptions } from "./options.ts"
import { buildServer } from "./server.ts"
import { type MarketplaceRecords, showMigration, summary } from "./show.ts"

/** `npm start`: the reference host, two simulated clouds or your own, and a migration that runs before your eyes. */
await runProgram(async () => {
  const options = readHostOptions(process.argv.slice(2), process.env)
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(opening(options))
  const world = await openDemo(options)
  const app = await buildServer({ pool: world.database.pool, worker: options.worker })
  try {
    const url = await app.listen({ host: "127.0.0.1", port: options.port })
    const { token } = world.rows.users.owner
    const client = migrationClient(url, token)
    const { uuid } = await client.create({
      src_resource: hex(world.tenant.resourceUuid),
      dst_offering: hex(world.rows.destination.offering.uuid),
      dst_plan: hex(world.rows.destinationPlan.uuid),
      name: world.copy.name,
      mappings: world.copy.mappings,
    })
    say(`Replicating ${world.copy.description}: ${url}/api/openstack-migrations/${uuid}/`)
    const migration = await showMigration(client, uuid)
    const progress = await client.progress(uuid)
    say(summary(migration, progress, await readRecords(world, migration.dst_resource_uuid)))
    const good = migration.state === "OK" && progress.verification?.differences === 0
    if (options.once) return good ? 0 : 1
    const migrations = `${url}/api/openstack-migrations/`
    const signedIn = `curl -H "Authorization: Token ${token}"`
    say(`Serving ${migrations} until you press Ctrl+C. The list, the report as a page, the report as text:`)
    say(`  ${signedIn} ${migrations}`)
    say(`  ${signedIn} -o report.html "${migrations}${uuid}/report/?format=html"`)
    say(`  ${signedIn} "${migrations}${uuid}/report/?format=markdown"`)
    await waitForSignal()
    return 0
  } finally {
    await app.close()
    await world.close()
  }
})

function opening({ clouds, size }: HostOptions): string {
  return clouds === undefined
    ? `Starting PostgreSQL and two simulated clouds with a ${size} tenant …`
    : `Reading cloud ${clouds.source}, and starting PostgreSQL …`
}

/** What the API has no endpoint for yet: the order of the resource, and what was left out. */
async function readRecords({ database }: Demo, resourceUuid: string): Promise<MarketplaceRecords> {
  const orders = await database.pool.query<{ state: number }>(
    `select "order".state from marketplace_order "order" join marketplace_resource resource
       on resource.id = "order".resource_id where resource.uuid = $1`,
    [resourceUuid],
  )
  const omitted = await database.pool.query<{ name: string; reason: string }>(
    `select object.name, object.reason from openstack_replication.object object
       join waldur_openstack_replication_migration migration on migration.id = object.migration_id
       join marketplace_resource resource on resource.id = migration.dst_resource_id
     where resource.uuid = $1 and object.state = 'omitted' order by object.position`,
    [resourceUuid],
  )
  const states = orders.rows.map(({ state }) => (state === 3 ? "done" : "erred")).join(", ")
  return { orders: `${orders.rows.length} (${states})`, omitted: omitted.rows }
}
