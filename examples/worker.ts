import pg from "pg"
// A host of your own imports "waldur-openstack-replication".
import { startWorker } from "../plugin/index.ts"
import { replicationOptions } from "./shared-options.ts"

// The worker of api-and-worker.ts. Start any number of them, on any number of machines: they share the queue.
const concurrency = 8
// Each stage uses a connection now and then, and the queue listens on one.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: concurrency + 4 })
const worker = await startWorker({ ...replicationOptions(pool), concurrency })

process.once("SIGTERM", async () => {
  await worker.stop()
  await pool.end()
})

console.log("The worker is ready.")
