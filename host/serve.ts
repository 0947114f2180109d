import { hex } from "../src/models/uuid.ts"
import { runCommand, waitForSignal } from "./command/run.ts"
import type { Demo } from "./demo/demo.ts"
import { createLogin } from "./demo/login.ts"
import { openDemo } from "./open-demo.ts"
import { hostCommand, readHostOptions } from "./options.ts"
import { buildServer } from "./server.ts"

/** `npm run host`: the reference host with demo data or a project of your own clouds, until SIGTERM. */
await runCommand(hostCommand, async (args) => {
  const options = readHostOptions(args, process.env)
  const demo = await openDemo(options)
  const { pool } = demo.database
  const app = await buildServer({ pool, worker: options.worker, origins: options.origins })
  const url = await app.listen({ host: "127.0.0.1", port: options.port })
  const facts = { ...describe(demo, url), login: await createLogin(pool, demo.rows.users.owner) }
  process.stdout.write(`${JSON.stringify(facts, null, options.json ? 0 : 2)}\n`)
  await waitForSignal()
  await app.close()
  await demo.close()
  return 0
})

/** Returns what a client needs for a first request. */
function describe({ rows, tenant, database }: Demo, url: string) {
  const uuids = (types: Readonly<Record<string, { readonly uuid: string }>>) =>
    Object.values(types).map((type) => hex(type.uuid))
  return {
    url,
    tokens: {
      staff: rows.users.staff.token,
      owner: rows.users.owner.token,
      stranger: rows.users.stranger.token,
    },
    src_resource: hex(tenant.resourceUuid),
    dst_offering: hex(rows.destination.offering.uuid),
    dst_plan: hex(rows.destinationPlan.uuid),
    other_plan: hex(rows.otherPlan.uuid),
    volume_types: { src: uuids(rows.source.volumeTypes), dst: uuids(rows.destination.volumeTypes) },
    networks: tenant.networkUuids.map(hex),
    database_url: database.url,
  }
}
