import type { SourceTenant } from "../helpers/source-tenant.ts"
import type { Counters } from "./counters.ts"
import type { FaultInjector, FaultLimits } from "./fault-injectors.ts"
import type { Harness } from "./harness.ts"
import { deviationsOf, type Outcome } from "./outcome.ts"
import { probe } from "./probe.ts"
import { type Random, seeded } from "./random.ts"
import type { RestartableServer } from "./restartable-postgres.ts"
import { pickScenario, runScenario, type Scenario } from "./scenarios.ts"
import { type CopyRequest, randomRequests } from "./tenants.ts"

export interface RunOptions {
  readonly seed: number
  readonly injectors: readonly FaultInjector[]
  /** Tenants that are copied at the same time. */
  readonly tenants: number
  /** Milliseconds that each call to a cloud takes while faults are injected. */
  readonly latencyMs: number
  readonly limits: FaultLimits
  /** Whether owners cancel, retry and roll back. */
  readonly userActions: boolean
}

/** What a run works with. */
interface Run extends RunOptions {
  readonly harness: Harness
  readonly server: RestartableServer | undefined
  readonly counters: Counters
  readonly random: Random
  readonly requests: readonly CopyRequest[]
  readonly sources: readonly SourceTenant[]
}

/** Copies random tenants without faults, then again with faults. Every difference between the two is a deviation. */
export async function runOnce(
  harness: Harness,
  server: RestartableServer | undefined,
  options: RunOptions,
  counters: Counters,
): Promise<void> {
  const { seed, tenants, userActions } = options
  const random = seeded(seed)
  const requests = randomRequests(seed, tenants)
  const sources: SourceTenant[] = []
  for (const { spec } of requests) sources.push(await harness.importTenant(spec))
  const run = { ...options, harness, server, counters, random, requests, sources }
  const baseline = await baselineOutcomes(run)
  const uuids = await createAll(run, "faults")
  const scenarios = uuids.map((): Scenario => (userActions ? pickScenario(random) : "undisturbed"))
  const kills = harness.workers.kills
  const deviations = [
    ...(await copyWithFaults(run, uuids, scenarios)),
    ...(await compare(harness, baseline, uuids, scenarios)),
  ]
  counters.runs += 1
  counters.migrations += uuids.length
  for (const scenario of scenarios) if (scenario !== "undisturbed") counters.scenarios[scenario] += 1
  counters.kills += harness.workers.kills - kills
  counters.deviations.push(...deviations.map((deviation) => `seed ${seed}: ${deviation}`))
}

async function createAll(
  { harness, seed, sources, requests }: Run,
  name: string,
): Promise<readonly string[]> {
  const uuids: string[] = []
  for (const [index, source] of sources.entries())
    uuids.push(await harness.create(source, `${name} ${seed} ${index}`, requests[index]?.mappings ?? {}))
  return uuids
}

async function baselineOutcomes(run: Run): Promise<readonly Outcome[]> {
  const { harness, seed } = run
  await harness.workers.add()
  const uuids = await createAll(run, "baseline")
  const stuck = await harness.untilEnded(uuids)
  if (stuck.length > 0) throw new Error(`seed ${seed}: a baseline run does not end`)
  await harness.workers.stop()
  return (await harness.outcomes(uuids)).outcomes
}

/** Runs the migrations with two or three workers while faults are injected. Returns what went wrong. */
async function copyWithFaults(
  run: Run,
  uuids: readonly string[],
  scenarios: readonly Scenario[],
): Promise<readonly string[]> {
  const { harness, injectors, random, counters, latencyMs } = run
  const { workers, source, destination } = harness
  for (const cloud of [source, destination]) cloud.setLatency(latencyMs)
  await Promise.all(Array.from({ length: random.int(2, 3) }, () => workers.add()))
  const end = new AbortController()
  const deviations: string[] = []
  const injecting = Promise.all([
    ...injectors.map((inject) => inject(run, end.signal)),
    probe(harness.url, harness.token, counters.api, deviations, end.signal),
  ])
  const findings = await Promise.all(
    uuids.map((uuid, index) => runScenario(harness, uuid, scenarios[index] ?? "undisturbed", random)),
  )
  end.abort()
  await injecting
  for (const cloud of [source, destination]) cloud.setLatency(0)
  const failures = findings.flatMap((its, index) => its.map((text) => `migration ${index}: ${text}`))
  if (failures.length > 0) failures.push(`output of the workers: ${workers.lastOutput().join("\n    ")}`)
  else failures.push(...(await harness.jobsLeft()).map((job) => `job left: ${job}`))
  await workers.stop()
  return [...deviations, ...failures, ...workers.faults.splice(0)]
}

/** Compares the results with those of the baseline; nothing may be left of a migration that was rolled back. */
async function compare(
  harness: Harness,
  baseline: readonly Outcome[],
  uuids: readonly string[],
  scenarios: readonly Scenario[],
): Promise<readonly string[]> {
  const kept = [...uuids.keys()].filter((index) => scenarios[index] !== "rolled back")
  // Resources of a migration that was rolled back are in the project of none of these, and so count as unowned.
  const { outcomes, unowned } = await harness.outcomes(kept.map((index) => uuids[index] ?? ""))
  const differences = outcomes.flatMap((outcome, position) => {
    const index = kept[position] ?? 0
    const before = baseline[index]
    const deviations = before === undefined ? [] : deviationsOf(before, outcome)
    return deviations.map((deviation) => `migration ${index}: ${deviation}`)
  })
  return [...differences, ...unowned.map((item) => `${item} belongs to no migration`)]
}
