import pg from "pg"
import { runProgram, waitForSignal } from "../../host/command/run.ts"
import { prepare } from "../../plugin/start.ts"
import { stderrLog } from "../../src/executors/worker/log.ts"
import { startStageWorker } from "../../src/executors/worker/worker.ts"
import { type Death, Doom } from "./kill-worker.ts"
import { underParent } from "./parent.ts"
import { hasty, quick } from "./rates.ts"

/** A worker as `npm run worker` starts it, which does not wait as long and dies where it is told to. */
await runProgram(() =>
  underParent(async () => {
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
    const doom = new Doom()
    doom.watch(pool)
    const { ctx } = await prepare({ pool, connection: quick }, stderrLog, hasty)
    const worker = await startStageWorker(
      { ...ctx, onCall: () => doom.answered() },
      { pool, concurrency: Number(process.env.CHAOS_CONCURRENCY ?? 8), log: stderrLog },
    )
    process.on("message", ({ death }: { death: Death | null }) => process.send?.(doom.set(death)))
    // Who is ready may be asked to stop at once.
    const signal = waitForSignal()
    process.send?.("ready")
    await signal
    await worker.stop()
    await ctx.clouds.close()
    await pool.end()
    return 0
  }),
)
