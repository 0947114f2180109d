import { runCommand } from "../../host/command/run.ts"
import { type Counters, newCounters, summaryOf } from "./counters.ts"
import { failCloudCalls, killWorkers, restartPostgres } from "./fault-injectors.ts"
import { openHarness } from "./harness.ts"
import {
  callKillPoints,
  type KillPoint,
  killPointOf,
  lateKillPoints,
  nameOf,
  type RunSize,
  stageKillPoints,
  statementKillPoints,
} from "./kill-points.ts"
import { manyAtOnce } from "./many.ts"
import { type ChaosOptions, chaosCommand, type Mode, readChaosOptions } from "./options.ts"
import { seeded } from "./random.ts"
import { type RestartableServer, startRestartableServer } from "./restartable-postgres.ts"
import { type RunOptions, runOnce } from "./run-once.ts"
import { killAt, openSlice, type Slice } from "./slice.ts"

/** Shares of the time. */
const shares: Readonly<Record<Mode, number>> = { a: 5, b: 1.5, c: 1.5, d: 2, many: 0 }

/** Slices that work on kill points side by side: each waits most of its time for the jobs of a killed worker. */
const sliceCount = 3

const random: Readonly<Record<"a" | "b" | "c" | "d", Omit<RunOptions, "seed">>> = {
  a: {
    injectors: [killWorkers],
    tenants: 6,
    latencyMs: 10,
    limits: { kills: 10, restarts: 0 },
    userActions: true,
  },
  b: {
    injectors: [failCloudCalls],
    tenants: 6,
    latencyMs: 0,
    limits: { kills: 0, restarts: 0 },
    userActions: false,
  },
  c: {
    injectors: [restartPostgres],
    tenants: 8,
    latencyMs: 30,
    limits: { kills: 0, restarts: 4 },
    userActions: false,
  },
  d: {
    injectors: [killWorkers, failCloudCalls, restartPostgres],
    tenants: 6,
    latencyMs: 5,
    limits: { kills: 6, restarts: 4 },
    userActions: true,
  },
}

const names: Readonly<Record<Mode, string>> = {
  a: "a: workers killed",
  b: "b: unreliable clouds",
  c: "c: PostgreSQL restarted",
  d: "d: all together",
  many: "many at once",
}

const print = (line: string) => process.stdout.write(`${line}\n`)

await runCommand(chaosCommand, async (args) => {
  const options = readChaosOptions(args)
  // The faults are injected; LOG_LEVEL shows what the hosts log then.
  process.env.LOG_LEVEL ??= "silent"
  print(`seed ${options.seed}; repeat with: npm run chaos -- --seed ${options.seed}`)
  const server = await startRestartableServer()
  let deviations = 0
  try {
    const all = options.modes.reduce((sum, mode) => sum + shares[mode], 0)
    for (const mode of options.modes) {
      const until = Date.now() + (options.minutes * 60_000 * shares[mode]) / all
      const counters = newCounters()
      if (mode === "many") await many(server, counters)
      else if (mode === "a") await kills(server, options, until, counters)
      else await randomRuns(mode, server, options, until, counters)
      print(summaryOf(names[mode], counters))
      deviations += counters.deviations.length
    }
  } finally {
    await server.close()
  }
  return deviations === 0 ? 0 : 1
})

async function many(server: RestartableServer, counters: Counters): Promise<void> {
  const harness = await openHarness(server.url)
  const options = { migrations: 200, hosts: 2, workers: 2, requestsPerSecond: 400 }
  await manyAtOnce(harness, options, counters)
  for (const deviation of counters.deviations) print(`  ${deviation}`)
  await harness.close()
}

/** Kills workers at exact points for most of the time, then at random moments. */
async function kills(
  server: RestartableServer,
  options: ChaosOptions,
  until: number,
  counters: Counters,
): Promise<void> {
  const slices = await Promise.all(
    Array.from({ length: options.at === undefined ? sliceCount : 1 }, () => openSlice(server.url)),
  )
  const [first] = slices
  if (first === undefined) return
  const order = seeded(options.seed)
  const points =
    options.at === undefined
      ? [...order.shuffle(requiredKillPoints(first)), ...order.shuffle(statementKillPoints(first))]
      : [killPointOf(options.at)]
  const exactUntil = Date.now() + (until - Date.now()) * 0.8
  const queue = points.values()
  const done = await Promise.all(slices.map((slice) => killAll(slice, queue, exactUntil, counters)))
  const tried = done.reduce((sum, count) => sum + count, 0)
  const required = requiredKillPoints(first).length
  print(
    `a: killed at ${tried} points: ${Math.min(tried, required)} of ${required} at stages and calls, ` +
      `${Math.max(0, tried - required)} of ${statementKillPoints(first).length} at statements`,
  )
  await Promise.all(slices.map(({ harness }) => harness.close()))
  if (options.at === undefined) await randomRuns("a", server, options, until, counters)
}

/** Returns the points that come first; those at statements follow while there is time. */
function requiredKillPoints(size: RunSize): readonly KillPoint[] {
  return [...stageKillPoints(size), ...callKillPoints(size), ...lateKillPoints(size)]
}

/** Takes point after point from the queue that the slices share. Returns their number. */
async function killAll(
  slice: Slice,
  queue: Iterator<KillPoint>,
  until: number,
  counters: Counters,
): Promise<number> {
  for (let count = 0; ; count += 1) {
    const { value: point, done } = Date.now() > until ? { value: undefined, done: true } : queue.next()
    if (done || point === undefined) return count
    const before = counters.deviations.length
    await killAt(slice, point, counters)
    printDeviations(counters, before, `--mode a --at ${nameOf(point)}`)
  }
}

async function randomRuns(
  mode: "a" | "b" | "c" | "d",
  server: RestartableServer,
  { seed, runs }: ChaosOptions,
  until: number,
  counters: Counters,
): Promise<void> {
  const harness = await openHarness(server.url)
  // At least one run, however slow the machine is.
  for (let run = 0; run < runs && (run === 0 || Date.now() < until); run += 1) {
    const before = counters.deviations.length
    await runOnce(harness, server, { ...random[mode], seed: seed + run }, counters)
    printDeviations(counters, before, `--mode ${mode} --runs 1 --seed ${seed + run}`)
  }
  await harness.close()
}

function printDeviations({ deviations }: Counters, before: number, options: string): void {
  if (deviations.length === before) return
  for (const deviation of deviations.slice(before)) print(`  ${deviation}`)
  print(`  repeat with: npm run chaos -- ${options}`)
}
