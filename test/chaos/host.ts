import pg from "pg"
import { runProgram, waitForSignal } from "../../host/command/run.ts"
import { buildServer } from "../../host/server.ts"
import { endWithParent } from "./parent.ts"
import { fastConnection } from "./rates.ts"

/** A host with API and worker in one process, as `npm run host` starts it, on a database that is there. */
await runProgram(() =>
  endWithParent(async () => {
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 15 })
    const app = await buildServer({ pool, connection: fastConnection, remapPorts: true })
    const url = await app.listen({ host: "127.0.0.1", port: 0 })
    const signal = waitForSignal()
    process.send?.({ url })
    await signal
    await app.close()
    await pool.end()
    return 0
  }),
)
