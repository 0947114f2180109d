import pg from "pg"
import { startWorker } from "../plugin/index.ts"
import { main, untilSignal } from "./until-signal.ts"

/** `npm run worker`: a worker alone, on the database of DATABASE_URL. As many as you like may run. */
await main(async () => {
  const { DATABASE_URL } = process.env
  if (!DATABASE_URL)
    throw new Error("Set DATABASE_URL to the host's PostgreSQL, e.g. what `npm run host` prints.")
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 })
  const worker = await startWorker({ pool })
  process.stderr.write("The worker is ready.\n")
  await untilSignal()
  await worker.stop()
  await pool.end()
  return 0
})
