import { setTimeout as sleep } from "node:timers/promises"
import { shake } from "./cloud-faults.ts"
import type { Tally } from "./counters.ts"
import type { Arena } from "./harness.ts"
import type { Random } from "./random.ts"
import type { ShakyServer } from "./restartable-postgres.ts"

/** What goes on while migrations run, until the signal or until there was enough of it: else no run would end. */
export type Trouble = (scene: Scene, signal: AbortSignal) => Promise<void>

interface Scene {
  readonly arena: Arena
  readonly server: ShakyServer | undefined
  readonly random: Random
  readonly tally: Tally
  readonly most: Most
}

/** How often a thing may happen in one run. */
export interface Most {
  readonly kills: number
  readonly restarts: number
}

/** Kills workers at random moments; another one comes at once, or after a while. */
export const killing: Trouble = async ({ arena: { fleet }, random, most }, signal) => {
  for (let kills = 0; kills < most.kills; kills += 1) {
    await pause(random.int(100, 2_500), signal)
    if (signal.aborted) return
    await fleet.kill(random.int(0, Math.max(0, fleet.size - 1)))
    if (random.percent(50)) await pause(random.int(0, 2_000), signal)
    await fleet.add()
  }
}

/** Makes both clouds unreliable. */
export const shaking: Trouble = async ({ arena, random, tally }, signal) => {
  const ends = [arena.source, arena.destination].map((cloud) => shake(cloud, random, tally.faults))
  await ended(signal)
  for (const end of ends) end()
}

/** Restarts PostgreSQL every 5 to 10 seconds; it is away for up to two. */
export const restarting: Trouble = async ({ server, random, tally, most }, signal) => {
  // The first soon: a run may take no longer.
  for (let restarts = 0; restarts < most.restarts; restarts += 1) {
    await pause(restarts === 0 ? random.int(500, 3_000) : random.int(5_000, 10_000), signal)
    if (signal.aborted || server === undefined) return
    tally.restarts += 1
    await server.restart(random.pick(["immediate", "fast"]), random.int(0, 2_000))
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => undefined)
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener("abort", () => resolve(), { once: true })
  })
}
