import { setTimeout as sleep } from "node:timers/promises"
import { injectCloudFaults } from "./cloud-faults.ts"
import type { Counters } from "./counters.ts"
import type { Harness } from "./harness.ts"
import type { Random } from "./random.ts"
import type { RestartableServer } from "./restartable-postgres.ts"

/** Injects faults while migrations run, until the signal or up to the limits, so that each run ends. */
export type FaultInjector = (context: InjectionContext, signal: AbortSignal) => Promise<void>

interface InjectionContext {
  readonly harness: Harness
  readonly server: RestartableServer | undefined
  readonly random: Random
  readonly counters: Counters
  readonly limits: FaultLimits
}

/** How often a fault may happen in one run. */
export interface FaultLimits {
  readonly kills: number
  readonly restarts: number
}

/** Kills workers at random moments and starts another one, at once or after a pause. */
export const killWorkers: FaultInjector = async ({ harness: { workers }, random, limits }, signal) => {
  for (let kills = 0; kills < limits.kills; kills += 1) {
    await pause(random.int(100, 2_500), signal)
    if (signal.aborted) return
    await workers.kill(random.int(0, Math.max(0, workers.size - 1)))
    if (random.percent(50)) await pause(random.int(0, 2_000), signal)
    await workers.add()
  }
}

/** Lets calls to both clouds fail. */
export const failCloudCalls: FaultInjector = async ({ harness, random, counters }, signal) => {
  const ends = [harness.source, harness.destination].map((cloud) =>
    injectCloudFaults(cloud, random, counters.faults),
  )
  await aborted(signal)
  for (const end of ends) end()
}

/** Restarts PostgreSQL every 5 to 10 seconds; it is down for up to 2. */
export const restartPostgres: FaultInjector = async ({ server, random, counters, limits }, signal) => {
  // The first one early, because a run may take less than five seconds.
  for (let restarts = 0; restarts < limits.restarts; restarts += 1) {
    await pause(restarts === 0 ? random.int(500, 3_000) : random.int(5_000, 10_000), signal)
    if (signal.aborted || server === undefined) return
    counters.restarts += 1
    await server.restart(random.pick(["immediate", "fast"]), random.int(0, 2_000))
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => undefined)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener("abort", () => resolve(), { once: true })
  })
}
