import { type FaultCounts, noFaults } from "./cloud-faults.ts"
import type { ProbeCounts } from "./probe.ts"
import type { Scenario } from "./scenarios.ts"

/** What happened in the runs of one mode, for its last line. */
export interface Counters {
  runs: number
  migrations: number
  kills: number
  restarts: number
  /** Migrations that were cancelled and retried, or rolled back. */
  readonly scenarios: Record<Exclude<Scenario, "undisturbed">, number>
  readonly faults: FaultCounts
  readonly api: ProbeCounts
  /** What differed from the baseline run. */
  readonly deviations: string[]
}

export function newCounters(): Counters {
  return {
    runs: 0,
    migrations: 0,
    kills: 0,
    restarts: 0,
    scenarios: { retried: 0, "rolled back": 0 },
    faults: noFaults(),
    api: { ok: 0, down: 0 },
    deviations: [],
  }
}

/** Returns one line to print. */
export function summaryOf(name: string, counters: Counters): string {
  const faults = Object.entries(counters.faults).flatMap(([fault, count]) =>
    count > 0 ? [`${count} × ${fault}`] : [],
  )
  const parts = [
    `${counters.runs} runs`,
    `${counters.migrations} migrations`,
    ...Object.entries(counters.scenarios).flatMap(([scenario, count]) =>
      count > 0 ? [`${count} ${scenario}`] : [],
    ),
    `${counters.kills} kills`,
    `${counters.restarts} restarts of PostgreSQL`,
    ...(faults.length > 0 ? [`faults: ${faults.join(", ")}`] : []),
    ...(counters.api.down > 0 ? [`API responses: ${counters.api.ok} × 200, ${counters.api.down} × 503`] : []),
  ]
  const deviations = counters.deviations.length === 0 ? "none" : counters.deviations.length
  return `${name}: ${parts.join(", ")}; deviations: ${deviations}`
}
