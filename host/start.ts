import { hex } from "../src/models/uuid.ts"
import { type MigrationClient, migrationClient } from "./client.ts"
import { runCommand, waitForSignal } from "./command/run.ts"
import type { Demo } from "./demo/demo.ts"
import { createLogin, type Login } from "./demo/login.ts"
import { openDemo } from "./open-demo.ts"
import { type HostOptions, readStartOptions, startCommand } from "./options.ts"
import { buildServer } from "./server.ts"
import { showMigration, summary } from "./show.ts"

const print = (text: string) => process.stdout.write(`${text}\n`)

/** `npm start`: the reference host, two simulated clouds or your own, and one migration whose progress is shown. */
await runCommand(startCommand, async (args) => {
  const options = readStartOptions(args, process.env)
  print(opening(options))
  const demo = await openDemo(options)
  const { pool } = demo.database
  const app = await buildServer({ pool, worker: options.worker, origins: options.origins })
  try {
    const url = await app.listen({ host: "127.0.0.1", port: options.port })
    const { token } = demo.rows.users.owner
    const client = migrationClient(url, token)
    const { uuid } = await requestMigration(client, demo)
    print(`Replicating ${demo.copy.description}: ${url}/api/openstack-migrations/${uuid}/`)
    const migration = await showMigration(client, uuid)
    const progress = await client.progress(uuid)
    print(summary(migration, progress, await client.report(uuid)))
    if (options.once) return migration.state === "OK" && progress.verification?.differences === 0 ? 0 : 1
    print(closing({ url, uuid, token, login: await createLogin(pool, demo.rows.users.owner) }))
    await waitForSignal()
    return 0
  } finally {
    await app.close()
    await demo.close()
  }
})

function opening({ clouds, size, databaseUrl }: HostOptions): string {
  const database = databaseUrl === undefined ? "embedded PostgreSQL" : "the database of DATABASE_URL"
  return clouds === undefined
    ? `Starting with ${database} and two simulated clouds with a ${size} tenant …`
    : `Starting with ${database} and a project of cloud ${clouds.source} …`
}

function requestMigration(client: MigrationClient, { rows, tenant, copy }: Demo) {
  return client.create({
    src_resource: hex(tenant.resourceUuid),
    dst_offering: hex(rows.destination.offering.uuid),
    dst_plan: hex(rows.destinationPlan.uuid),
    name: copy.name,
    mappings: copy.mappings,
  })
}

interface Served {
  readonly url: string
  readonly uuid: string
  readonly token: string
  readonly login: Login
}

function closing({ url, uuid, token, login }: Served): string {
  const migrations = `${url}/api/openstack-migrations/`
  const curl = `curl -H "Authorization: Token ${token}"`
  return [
    `Serving ${url} until you press Ctrl+C.`,
    `The API's documentation: ${url}/docs/`,
    `Sign-in of a front end (option --cors-origin): user ${login.username}, password ${login.password}`,
    "All migrations:",
    `  ${curl} ${migrations}`,
    "The report as text:",
    `  ${curl} "${migrations}${uuid}/report/?format=markdown"`,
    "The report as a page:",
    `  ${curl} -o report.html "${migrations}${uuid}/report/?format=html"`,
  ].join("\n")
}
