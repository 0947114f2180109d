import fastify from "fastify"
import pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import openstackReplication from "../plugin/index.ts"
import { replicationOptions } from "./shared-options.ts"

// A host with the API alone; worker.ts runs its migrations. This process plans and stores them and never calls a cloud.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const app = fastify({ logger: true })
await app.register(openstackReplication, { ...replicationOptions(pool), worker: false })

process.once("SIGTERM", async () => {
  await app.close()
  await pool.end()
})

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) })
