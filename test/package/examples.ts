/** What a host that loads extensions writes. */
export const extensionExample = `
import fastify from "fastify"
import pg from "pg"
import { startWorker, type Hooks, type ReplicationOptions } from "waldur-openstack-replication"
import { extension } from "waldur-openstack-replication/extension"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const hooks: Hooks = { migration: [({ instance }) => void instance.uuid] }
const options: ReplicationOptions = { pool, hooks, worker: false }
const app = fastify()
await extension.registerIn(app, options)
await app.ready()
const worker = await startWorker(options)
const { statusCode } = await app.inject("/api/openstack-migrations/")
await worker.stop()
await app.close()
await pool.end()
console.log(extension.appName, statusCode)
`

/** A pool that is too small is refused; prints where that was thrown. */
export const sourceMapExample = `
import pg from "pg"
import { startWorker } from "waldur-openstack-replication"

const pool = new pg.Pool({ max: 1 })
await startWorker({ pool }).catch((error) => console.log(error.stack))
await pool.end()
`
