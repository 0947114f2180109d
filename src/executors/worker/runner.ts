import { EventEmitter } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { type Runner, type RunnerOptions, run, type Task, type WorkerEvents } from "graphile-worker"
import type pg from "pg"
import { afterCommitTask, type Committed, deliverAfterCommit } from "../../handlers/index.ts"
import { StageYield, WorkerLost } from "../queue/interruption.ts"
import { type StageJob, stageTask } from "../queue/jobs.ts"
import type { WorkerContext } from "../stage/worker-context.ts"
import { startRowKeeper } from "./keep-fresh.ts"
import { type Heartbeat, holdLease, type Lease } from "./lease.ts"
import { type Log, queueLogger } from "./log.ts"
import { runStageJob } from "./run-job.ts"

export interface WorkerSettings {
  readonly pool: pg.Pool
  readonly concurrency: number
  readonly log: Log
  /** For tests: a worker that is taken for dead sooner. */
  readonly heartbeat?: Heartbeat
  /** For tests: shorter time slices of stages, in milliseconds. */
  readonly timeSliceMs?: number
}

/** Time between two checks for jobs where no notification came, e.g. after a job was released, in milliseconds. */
const pollIntervalMs = 1_000

/** Time that calls in flight get to end when the worker stops, in milliseconds; then they are aborted. */
const gracePeriodMs = 6_000

/** A runner that was shut down and has not ended after this time is abandoned, in milliseconds. */
const shutdownMs = 8_000

/** One run of graphile-worker, with its lease. */
export interface StageRunner {
  readonly lease: Lease
  /** Resolves when the runner has ended: with undefined after `stop`, else with the fault. */
  readonly ended: Promise<string | undefined>
  /** Drains the running stages and stops. */
  stop(): Promise<void>
  /** Aborts what the runner still does, because its jobs belong to other workers. */
  abandon(fault: string): Promise<void>
}

export async function startRunner(ctx: WorkerContext, settings: WorkerSettings): Promise<StageRunner> {
  const { log, pool, heartbeat } = settings
  const events = new EventEmitter() as WorkerEvents
  const workerPool = new Promise<string>((resolve) => {
    events.once("pool:create", ({ workerPool: { id } }) => resolve(id))
  })
  const hung = hungShutdown(events)
  const stages = stageTasks(ctx, settings, workerPool)
  const runner = await run({ ...runnerOptions(ctx, settings, stages.task), events })
  const stop = async () => {
    stages.drain()
    // graphile-worker rejects where the runner has ended already.
    await runner.stop().catch(() => undefined)
  }
  try {
    const lease = await holdLease(pool, ctx, await workerPool, log, heartbeat)
    const keeper = startRowKeeper(ctx.db, log)
    return {
      lease,
      ended: Promise.race([hung, lease.fenced, endOf(runner)]).finally(keeper.stop),
      stop,
      async abandon(fault) {
        stages.abort(fault)
        const ended = Promise.allSettled([stages.idle(), stop()])
        await Promise.race([ended, sleep(shutdownMs, undefined, { ref: false })])
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** graphile-worker shuts its pool down when it could not write a job's outcome, and may then wait without end. */
function hungShutdown(events: WorkerEvents): Promise<string> {
  return new Promise((resolve) => {
    events.once("pool:gracefulShutdown", ({ message }) => {
      setTimeout(() => resolve(`the worker pool did not shut down: ${message}`), shutdownMs).unref()
    })
  })
}

function endOf(runner: Runner): Promise<string | undefined> {
  return runner.promise.then(
    () => undefined,
    (error: unknown) => String(error),
  )
}

/** The task that runs stages, and the signals of all stages that it runs at a time. */
function stageTasks(ctx: WorkerContext, settings: WorkerSettings, workerPool: Promise<string>) {
  const { log, timeSliceMs } = settings
  const draining = new AbortController()
  const lost = new AbortController()
  const running = new Set<Promise<void>>()
  const task: Task = async (payload, { abortSignal, job }) => {
    const stage = runStageJob(ctx, log, payload as StageJob, {
      signal: abortSignal === undefined ? lost.signal : AbortSignal.any([abortSignal, lost.signal]),
      drain: draining.signal,
      job: { id: job.id, pool: await workerPool },
      ...(timeSliceMs !== undefined && { timeSliceMs }),
    })
    running.add(stage)
    await stage.finally(() => running.delete(stage))
  }
  return {
    task,
    drain: () => draining.abort(new StageYield("the worker stops")),
    abort: (fault: string) => lost.abort(new WorkerLost(fault)),
    idle: () => Promise.allSettled(running),
  }
}

function runnerOptions(
  { queueSchema, hooks }: WorkerContext,
  { pool, concurrency, log }: WorkerSettings,
  runStage: Task,
): RunnerOptions {
  return {
    pgPool: pool,
    schema: queueSchema,
    concurrency,
    pollInterval: pollIntervalMs,
    noHandleSignals: true,
    logger: queueLogger(log),
    gracefulShutdownAbortTimeout: gracePeriodMs,
    // Without batches, a job's outcome that cannot be written is an unhandled rejection: it would end the process,
    // which may be the host's. With them, graphile-worker shuts its pool down.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: {
      [stageTask]: runStage,
      [afterCommitTask]: (payload) => deliverAfterCommit(hooks, payload as Committed),
    },
  }
}
