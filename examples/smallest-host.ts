import fastify from "fastify"
import pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import openstackReplication from "../plugin/index.ts"

// The smallest host: the plugin needs only Waldur's database, where it finds users, tokens, roles and clouds.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
const app = fastify({ logger: true })
await app.register(openstackReplication, { pool })

// Closing the server stops the worker, whose jobs return to the queue. The pool is the host's and ends last.
process.once("SIGTERM", async () => {
  await app.close()
  await pool.end()
})

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) })
