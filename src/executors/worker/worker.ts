import { EventEmitter } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { run, type Task, type WorkerEvents } from "graphile-worker"
import type pg from "pg"
import { afterCommitTask, type Committed, deliverAfterCommit } from "../../handlers/index.ts"
import { StageYield, WorkerLost } from "../queue/interruption.ts"
import { type StageJob, stageTask } from "../queue/jobs.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { type Heartbeat, holdLease } from "./lease.ts"
import { type Log, queueLogger } from "./log.ts"
import { stageJob } from "./run-job.ts"

export interface WorkerSettings {
  readonly pool: pg.Pool
  readonly concurrency: number
  readonly log: Log
  /** For tests: a worker that is taken for dead sooner. */
  readonly heartbeat?: Heartbeat
  /** For tests: stages with shorter turns, in milliseconds. */
  readonly quantumMs?: number
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

/** A worker that is to stop gives calls under way this time to end, in milliseconds, and then gives them up. */
const graceMs = 6_000

/** A runner that is shut down and does not come to an end is left to itself after this time, in milliseconds. */
const patienceMs = 8_000

/**
 * Starts a worker on the queue. Any number may run, in any number of processes. When the database is lost,
 * graphile-worker ends its runner; then another one is started, as soon as there is a database again.
 */
export async function startStageWorker(ctx: WorkerContext, settings: WorkerSettings): Promise<StageWorker> {
  const { log } = settings
  let current = await startRunner(ctx, settings)
  let stopped = false
  let broken = false
  const supervise = async () => {
    for (;;) {
      const fault = await current.ended
      broken = true
      if (fault !== undefined) await current.abandon(fault)
      await current.lease.release(stopped && fault === undefined).catch(() => undefined)
      if (stopped) return
      log.warn({ error: fault }, "the worker ended by a fault, and is started anew")
      const next = await startAgain()
      if (next === undefined) return
      current = next
      broken = false
      // Whoever asked to stop meanwhile has stopped the one before.
      if (stopped) await current.stop()
    }
  }
  const startAgain = async () => {
    while (!stopped) {
      await sleep(restartMs)
      try {
        // Others take the one before for dead, or have done so.
        await ctx.clouds.renewOwner()
        return await startRunner(ctx, settings)
      } catch (error) {
        log.warn({ error: String(error) }, "the worker could not be started; the database may be down")
      }
    }
    return undefined
  }
  const supervised = supervise()
  return {
    state: () => ({ runner: !stopped && !broken, lease: !broken && current.lease.held() }),
    async stop() {
      stopped = true
      await Promise.race([current.stop(), current.ended])
      await supervised
    },
  }
}

/** One run of graphile-worker, with the lease that shows that it lives. */
async function startRunner(ctx: WorkerContext, settings: WorkerSettings) {
  const { log, pool, concurrency, heartbeat, quantumMs } = settings
  const events = new EventEmitter() as WorkerEvents
  const created = Promise.withResolvers<string>()
  events.once("pool:create", ({ workerPool }) => created.resolve(workerPool.id))
  const stopping = new AbortController()
  const lost = new AbortController()
  const busy = new Set<Promise<void>>()
  const runStage: Task = async (payload, { abortSignal, job }) => {
    const work = stageJob(ctx, log, payload as StageJob, {
      signal: abortSignal === undefined ? lost.signal : AbortSignal.any([abortSignal, lost.signal]),
      drain: stopping.signal,
      job: { id: job.id, pool: await created.promise },
      ...(quantumMs !== undefined && { quantumMs }),
    })
    busy.add(work)
    await work.finally(() => busy.delete(work))
  }
  // graphile-worker shuts its pool down when it could not write a job's outcome, and then may wait for ever.
  const hung = new Promise<string>((resolve) => {
    events.once("pool:gracefulShutdown", ({ message }) => {
      setTimeout(() => resolve(`it did not end after: ${message}`), patienceMs).unref()
    })
  })
  const runner = await run({
    events,
    pgPool: pool,
    schema: ctx.queueSchema,
    concurrency,
    pollInterval: pollIntervalMs,
    noHandleSignals: true,
    logger: queueLogger(log),
    gracefulShutdownAbortTimeout: graceMs,
    // Without batches, a job's outcome that cannot be written is a rejection that nobody handles: it would end the
    // process, which may be the host's. With them, graphile-worker shuts its pool down.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: {
      [stageTask]: runStage,
      [afterCommitTask]: (payload) => deliverAfterCommit(ctx.hooks, payload as Committed),
    },
  })
  // A runner that has ended already cannot be stopped again.
  const stop = async () => {
    stopping.abort(new StageYield("the worker stops"))
    await runner.stop().catch(() => undefined)
  }
  try {
    const lease = await holdLease(pool, ctx, await created.promise, log, heartbeat)
    const ended = Promise.race([
      hung,
      lease.lost,
      runner.promise.then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    ])
    /** Ends what the runner still does: its jobs are others' now. */
    const abandon = async (why: string) => {
      lost.abort(new WorkerLost(why))
      await Promise.race([
        Promise.allSettled([...busy, stop()]),
        sleep(patienceMs, undefined, { ref: false }),
      ])
    }
    return { ended, lease, stop, abandon }
  } catch (error) {
    await stop()
    throw error
  }
}
