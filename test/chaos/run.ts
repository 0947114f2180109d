import { runCommand } from "../../host/command/run.ts"
import { newTally, type Tally, told } from "./counters.ts"
import { killing, restarting, shaking } from "./fault-injectors.ts"
import { openArena } from "./harness.ts"
import { manyAtOnce } from "./many.ts"
import { type ChaosOptions, chaosCommand, type Mode, readChaosOptions } from "./options.ts"
import { seeded } from "./random.ts"
import { type ShakyServer, startShakyServer } from "./restartable-postgres.ts"
import { type RunOptions, runOnce } from "./run-once.ts"
import {
  callPlaces,
  killAt,
  type Lane,
  latePlaces,
  nameOf,
  openSlice,
  type Place,
  placeOf,
  stagePlaces,
  statementPlaces,
} from "./slice.ts"

/** How the time is shared out. */
const shares: Readonly<Record<Mode, number>> = { a: 5, b: 1.5, c: 1.5, d: 2, many: 0 }

/** LimiterStore of exact kills: a lane waits most of its time until the dead worker's jobs are given back. */
const lanes = 3

const random: Readonly<Record<"a" | "b" | "c" | "d", Omit<RunOptions, "seed">>> = {
  a: { troubles: [killing], tenants: 6, latencyMs: 10, most: { kills: 10, restarts: 0 }, meddled: true },
  b: { troubles: [shaking], tenants: 6, latencyMs: 0, most: { kills: 0, restarts: 0 }, meddled: false },
  c: { troubles: [restarting], tenants: 8, latencyMs: 30, most: { kills: 0, restarts: 4 }, meddled: false },
  d: {
    troubles: [killing, shaking, restarting],
    tenants: 6,
    latencyMs: 5,
    most: { kills: 6, restarts: 4 },
    meddled: true,
  },
}

const names: Readonly<Record<Mode, string>> = {
  a: "a: workers killed",
  b: "b: unreliable clouds",
  c: "c: PostgreSQL restarted",
  d: "d: all together",
  many: "many at once",
}

const say = (line: string) => process.stdout.write(`${line}\n`)

/** `npm run chaos`: whatever dies in the middle, the destination ends as on a calm day. */
await runCommand(chaosCommand, async (args) => {
  const options = readChaosOptions(args)
  // Faults are provoked on purpose; what hosts say of them is of interest to whoever looks into a failure.
  process.env.LOG_LEVEL ??= "silent"
  say(`seed ${options.seed}; repeat with: npm run chaos -- --seed ${options.seed}`)
  const server = await startShakyServer()
  let lost = 0
  try {
    const all = options.modes.reduce((sum, mode) => sum + shares[mode], 0)
    for (const mode of options.modes) {
      const until = Date.now() + (options.minutes * 60_000 * shares[mode]) / all
      const tally = newTally()
      if (mode === "many") await many(server, tally)
      else if (mode === "a") await kills(server, options, until, tally)
      else await randomRuns(mode, server, options, until, tally)
      if (mode === "many") for (const loss of tally.losses) say(`  ${loss}`)
      say(told(names[mode], tally))
      lost += tally.losses.length
    }
  } finally {
    await server.close()
  }
  return lost === 0 ? 0 : 1
})

async function many(server: ShakyServer, tally: Tally): Promise<void> {
  const arena = await openArena(server.url)
  await manyAtOnce(arena, { migrations: 200, hosts: 2, workers: 2, pace: 400 }, tally)
  await arena.close()
}

/** Kills at exact places for most of the time, then at random moments. */
async function kills(server: ShakyServer, options: ChaosOptions, until: number, tally: Tally): Promise<void> {
  const opened = await Promise.all(
    Array.from({ length: options.at === undefined ? lanes : 1 }, () => openSlice(server.url)),
  )
  const [first] = opened
  if (first === undefined) return
  const order = seeded(options.seed)
  const places =
    options.at === undefined
      ? [...order.shuffle(ruledPlaces(first)), ...order.shuffle(statementPlaces(first))]
      : [placeOf(options.at)]
  const exactUntil = Date.now() + (until - Date.now()) * 0.8
  const rest = places.values()
  const done = await Promise.all(opened.map((lane) => killAll(lane, rest, exactUntil, tally)))
  const tried = done.reduce((sum, count) => sum + count, 0)
  const wanted = ruledPlaces(first).length
  say(
    `a: exact kills at ${tried} places: ${Math.min(tried, wanted)} of ${wanted} at stages and calls, ` +
      `${Math.max(0, tried - wanted)} of ${statementPlaces(first).length} at statements`,
  )
  await Promise.all(opened.map(({ arena }) => arena.close()))
  if (options.at === undefined) await randomRuns("a", server, options, until, tally)
}

/** What has to be tried: of the statements, as many as there is time for. */
function ruledPlaces(lane: Lane): readonly Place[] {
  return [...stagePlaces(lane), ...callPlaces(lane), ...latePlaces(lane)]
}

/** A lane takes the next place that no other has taken. */
async function killAll(lane: Lane, places: Iterator<Place>, until: number, tally: Tally): Promise<number> {
  for (let count = 0; ; count += 1) {
    const { value: place, done } = Date.now() > until ? { value: undefined, done: true } : places.next()
    if (done || place === undefined) return count
    const before = tally.losses.length
    await killAt(lane, place, tally)
    tellLosses(tally, before, `--mode a --at ${nameOf(place)}`)
  }
}

async function randomRuns(
  mode: "a" | "b" | "c" | "d",
  server: ShakyServer,
  { seed, runs }: ChaosOptions,
  until: number,
  tally: Tally,
): Promise<void> {
  const arena = await openArena(server.url)
  // At least one, however slow the machine is.
  for (let run = 0; run < runs && (run === 0 || Date.now() < until); run += 1) {
    const before = tally.losses.length
    await runOnce(arena, server, { ...random[mode], seed: seed + run }, tally)
    tellLosses(tally, before, `--mode ${mode} --runs 1 --seed ${seed + run}`)
  }
  await arena.close()
}

function tellLosses({ losses }: Tally, before: number, options: string): void {
  if (losses.length === before) return
  for (const loss of losses.slice(before)) say(`  ${loss}`)
  say(`  repeat with: npm run chaos -- ${options}`)
}
