import { type FaultCounts, noFaults } from "./cloud-faults.ts"
import type { ProbeCounts } from "./probe.ts"
import type { Fate } from "./scenarios.ts"

/** What happened in the runs of one mode. */
export interface Tally {
  runs: number
  migrations: number
  kills: number
  restarts: number
  /** Migrations that were cancelled and taken up again, or rolled back. */
  readonly fates: Record<Exclude<Fate, "left alone">, number>
  readonly faults: FaultCounts
  readonly api: ProbeCounts
  /** Whatever was not as in a calm run. */
  readonly losses: string[]
}

export function newTally(): Tally {
  return {
    runs: 0,
    migrations: 0,
    kills: 0,
    restarts: 0,
    fates: { "taken up again": 0, "rolled back": 0 },
    faults: noFaults(),
    api: { answered: 0, busy: 0 },
    losses: [],
  }
}

/** One line for people. */
export function told(name: string, tally: Tally): string {
  const faults = Object.entries(tally.faults).flatMap(([fault, count]) =>
    count > 0 ? [`${count} × ${fault}`] : [],
  )
  const parts = [
    `${tally.runs} runs`,
    `${tally.migrations} migrations`,
    ...Object.entries(tally.fates).flatMap(([fate, count]) => (count > 0 ? [`${count} ${fate}`] : [])),
    `${tally.kills} kills`,
    `${tally.restarts} restarts of PostgreSQL`,
    ...(faults.length > 0 ? [`faults: ${faults.join(", ")}`] : []),
    ...(tally.api.busy > 0 ? [`the API answered ${tally.api.answered} × 200, ${tally.api.busy} × 503`] : []),
  ]
  const lost = tally.losses.length === 0 ? "nothing" : `${tally.losses.length} things`
  return `${name}: ${parts.join(", ")}; lost: ${lost}`
}
