import { setTimeout as sleep } from "node:timers/promises"
import type { WorkerContext } from "../stage/worker-context.ts"
import { type StageRunner, startRunner, type WorkerSettings } from "./runner.ts"

export type { WorkerSettings } from "./runner.ts"

/** A running worker of stages. */
export interface Worker {
  /** Drains the running stages, requeues those that do not end in time, and stops. */
  stop(): Promise<void>
}

export interface StageWorker extends Worker {
  /** `runner`: whether it takes jobs; `lease`: whether other workers can see that it lives. */
  state(): { readonly runner: boolean; readonly lease: boolean }
}

/** A runner that ended with a fault is started again after this time, in milliseconds. */
const restartMs = 1_000

/**
 * Starts a worker on the queue. Any number may run, in any number of processes. Where the database is lost,
 * graphile-worker ends its runner; another runner is started as soon as the database is back.
 * @throws where the first runner cannot be started
 */
export async function startStageWorker(ctx: WorkerContext, settings: WorkerSettings): Promise<StageWorker> {
  const worker = new SupervisedWorker(ctx, settings, await startRunner(ctx, settings))
  worker.supervise()
  return worker
}

class SupervisedWorker implements StageWorker {
  readonly #ctx: WorkerContext
  readonly #settings: WorkerSettings
  #runner: StageRunner
  /** Whether the runner has ended and the next one has not started yet. */
  #down = false
  #stopped = false
  #supervision: Promise<void> | undefined

  constructor(ctx: WorkerContext, settings: WorkerSettings, runner: StageRunner) {
    this.#ctx = ctx
    this.#settings = settings
    this.#runner = runner
  }

  state() {
    return { runner: !this.#stopped && !this.#down, lease: !this.#down && this.#runner.lease.held() }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.race([this.#runner.stop(), this.#runner.ended])
    await this.#supervision
  }

  supervise(): void {
    this.#supervision = this.#restartUntilStopped()
  }

  async #restartUntilStopped(): Promise<void> {
    for (;;) {
      const fault = await this.#runner.ended
      this.#down = true
      if (fault !== undefined) await this.#runner.abandon(fault)
      await this.#runner.lease.release(this.#stopped && fault === undefined).catch(() => undefined)
      if (this.#stopped) return
      this.#settings.log.warn({ error: fault }, "worker ended with a fault; restarting it")
      const next = await this.#startNext()
      if (next === undefined) return
      this.#runner = next
      this.#down = false
      // A stop() during the start has stopped the runner before this one.
      if (this.#stopped) await next.stop()
    }
  }

  /** Returns undefined where the worker was stopped meanwhile. */
  async #startNext(): Promise<StageRunner | undefined> {
    while (!this.#stopped) {
      await sleep(restartMs)
      try {
        // The present owner is fenced, or will be.
        await this.#ctx.clouds.renewOwner()
        return await startRunner(this.#ctx, this.#settings)
      } catch (error) {
        this.#settings.log.warn({ error: String(error) }, "worker restart failed; trying again")
      }
    }
    return undefined
  }
}
