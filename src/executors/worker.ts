import { EventEmitter } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { run, type WorkerEvents } from "graphile-worker"
import type pg from "pg"
import { afterCommitTask, type Committed, deliverAfterCommit } from "../handlers/index.ts"
import type { Engine } from "./engine.ts"
import { type StageJob, stageTask } from "./jobs.ts"
import { holdLease } from "./lease.ts"
import { type Log, queueLogger } from "./log.ts"
import { stageJob } from "./stage-task.ts"

export interface WorkerSettings {
  readonly pool: pg.Pool
  readonly concurrency: number
  readonly log: Log
}

/** A running worker of stages. */
export interface Worker {
  /** Lets the stages under way end, or gives them back, and stops. */
  stop(): Promise<void>
}

export interface StageWorker extends Worker {
  /** Whether it takes jobs, and whether others can see that it lives. */
  state(): { readonly runner: boolean; readonly lease: boolean }
}

/** Looks for jobs this often where no notification came, e.g. after a job was given back, in milliseconds. */
const pollIntervalMs = 1_000

/** A runner that ended by a fault is started anew after this time, in milliseconds. */
const restartMs = 1_000

/**
 * Starts a worker on the queue. Any number may run, in any number of processes. When the database is lost,
 * graphile-worker ends its runner; then another one is started, as soon as there is a database again.
 */
export async function startStageWorker(engine: Engine, settings: WorkerSettings): Promise<StageWorker> {
  const { log } = settings
  let current = await startRunner(engine, settings)
  let stopped = false
  let broken = false
  const supervise = async () => {
    while (!stopped) {
      const fault = await current.ended
      broken = true
      await current.lease.release(stopped && fault === undefined).catch(() => undefined)
      if (stopped) return
      log.warn({ error: fault }, "the worker ended by a fault, and is started anew")
      current = await startAgain()
      broken = false
    }
  }
  const startAgain = async () => {
    for (;;) {
      await sleep(restartMs)
      try {
        return await startRunner(engine, settings)
      } catch (error) {
        log.warn({ error: String(error) }, "the worker could not be started; the database may be down")
      }
    }
  }
  const supervised = supervise()
  return {
    state: () => ({ runner: !stopped && !broken, lease: !broken && current.lease.held() }),
    async stop() {
      stopped = true
      await current.stop()
      await supervised
    },
  }
}

/** A runner that shuts itself down and does not come to an end is left to itself after this time, in milliseconds. */
const patienceMs = 7_000

/** One run of graphile-worker, with the lease that shows that it lives. */
async function startRunner(engine: Engine, { log, pool, concurrency }: WorkerSettings) {
  const events = new EventEmitter() as WorkerEvents
  const poolId = new Promise<string>((resolve) => {
    events.once("pool:create", ({ workerPool }) => resolve(workerPool.id))
  })
  // graphile-worker shuts its pool down when it could not write a job's outcome, and then may wait for ever.
  const hung = new Promise<string>((resolve) => {
    events.once("pool:gracefulShutdown", ({ message }) => {
      setTimeout(() => resolve(`it did not end after: ${message}`), patienceMs).unref()
    })
  })
  const runner = await run({
    events,
    pgPool: pool,
    schema: engine.queueSchema,
    concurrency,
    pollInterval: pollIntervalMs,
    noHandleSignals: true,
    logger: queueLogger(log),
    // Without batches, a job's outcome that cannot be written is a rejection that nobody handles: it would end the
    // process, which may be the host's. With them, graphile-worker shuts its pool down.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: {
      [stageTask]: (payload, { abortSignal }) => stageJob(engine, log, payload as StageJob, abortSignal),
      [afterCommitTask]: (payload) => deliverAfterCommit(engine.hooks, payload as Committed),
    },
  })
  const ended = Promise.race([
    hung,
    runner.promise.then(
      () => undefined,
      (error: unknown) => String(error),
    ),
  ])
  try {
    const lease = await holdLease(pool, engine.db, engine.queueSchema, await poolId, log)
    // A runner that has ended already cannot be stopped again.
    return { ended, lease, stop: () => runner.stop().catch(() => undefined) }
  } catch (error) {
    await runner.stop().catch(() => undefined)
    throw error
  }
}
