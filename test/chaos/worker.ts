import pg from "pg"
import { runProgram, waitForSignal } from "../../host/command/run.ts"
import { prepare } from "../../plugin/start.ts"
import { stderrLog } from "../../src/executors/worker/log.ts"
import { startStageWorker } from "../../src/executors/worker/worker.ts"
import { KillSwitch, type WorkerKillPoint } from "./kill-worker.ts"
import { endWithParent } from "./parent.ts"
import { fastConnection, shortWaits } from "./rates.ts"

/** A worker as `npm run worker` starts it, with shorter waits, and which kills itself at the point that its parent sends. */
await runProgram(() =>
  endWithParent(async () => {
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
    const killSwitch = new KillSwitch()
    killSwitch.watch(pool)
    const { ctx } = await prepare({ pool, connection: fastConnection }, stderrLog, shortWaits)
    const worker = await startStageWorker(
      { ...ctx, onCall: () => killSwitch.onResponse() },
      { pool, concurrency: Number(process.env.CHAOS_CONCURRENCY ?? 8), log: stderrLog },
    )
    process.on("message", ({ point }: { point: WorkerKillPoint | null }) =>
      process.send?.(killSwitch.arm(point)),
    )
    // A worker that is ready may get SIGTERM at once.
    const signal = waitForSignal()
    process.send?.("ready")
    await signal
    await worker.stop()
    await ctx.clouds.close()
    await pool.end()
    return 0
  }),
)
