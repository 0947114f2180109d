import fastify from "fastify"
import pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import openstackReplication from "../plugin/index.ts"

// The smallest host: a database of Waldur's is all that the plugin needs. Users, tokens, roles and clouds are its rows.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
const app = fastify({ logger: true })
await app.register(openstackReplication, { pool })

// The worker gives its work back when the server closes; the pool is the host's, so the host ends it, last.
process.once("SIGTERM", async () => {
  await app.close()
  await pool.end()
})

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) })
