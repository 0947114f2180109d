import type { Tally } from "./counters.ts"
import type { Most, Trouble } from "./fault-injectors.ts"
import type { Arena, SourceTenant } from "./harness.ts"
import { lossesOf } from "./outcome.ts"
import { probe } from "./probe.ts"
import { seeded } from "./random.ts"
import type { ShakyServer } from "./restartable-postgres.ts"
import { drawFate, type Fate, live } from "./scenarios.ts"
import { randomWishes } from "./tenants.ts"

export interface RunOptions {
  readonly seed: number
  readonly troubles: readonly Trouble[]
  /** Tenants that are copied at the same time. */
  readonly tenants: number
  /** Milliseconds that each call to a cloud takes while there is trouble. */
  readonly latencyMs: number
  readonly most: Most
  /** Whether owners cancel, take up again and roll back. */
  readonly meddled: boolean
}

/**
 * One run: random tenants are copied on a calm day, then once more in trouble. Whatever differs between the two is a
 * loss.
 */
export async function runOnce(
  arena: Arena,
  server: ShakyServer | undefined,
  { seed, troubles, tenants, latencyMs, most, meddled }: RunOptions,
  tally: Tally,
): Promise<void> {
  const random = seeded(seed)
  const wishes = randomWishes(seed, tenants)
  const sources: SourceTenant[] = []
  for (const { spec } of wishes) sources.push(await arena.importTenant(spec))
  const createAll = async (name: string) => {
    const uuids: string[] = []
    for (const [index, source] of sources.entries())
      uuids.push(await arena.create(source, `${name} ${seed} ${index}`, wishes[index]?.mappings ?? {}))
    return uuids
  }

  await arena.fleet.add()
  const calmUuids = await createAll("calm")
  const stuck = await arena.untilEnded(calmUuids)
  if (stuck.length > 0) throw new Error(`seed ${seed}: a calm run does not end`)
  await arena.fleet.stop()
  const calm = (await arena.outcomes(calmUuids)).outcomes

  const uuids = await createAll("trouble")
  for (const cloud of [arena.source, arena.destination]) cloud.setLatency(latencyMs)
  const workers = random.int(2, 3)
  await Promise.all(Array.from({ length: workers }, () => arena.fleet.add()))
  const end = new AbortController()
  const scene = { arena, server, random, tally, most }
  const killed = arena.fleet.kills
  const losses: string[] = []
  const going = Promise.all([
    ...troubles.map((trouble) => trouble(scene, end.signal)),
    probe(arena.url, arena.token, tally.api, losses, end.signal),
  ])
  const fates = uuids.map((): Fate => (meddled ? drawFate(random) : "left alone"))
  const lived = await Promise.all(
    uuids.map((uuid, index) => live(arena, uuid, fates[index] ?? "left alone", random)),
  )
  const faults = lived.flatMap((its, index) => its.map((fault) => `migration ${index}: ${fault}`))
  end.abort()
  await going
  for (const cloud of [arena.source, arena.destination]) cloud.setLatency(0)
  losses.push(...faults)
  if (faults.length > 0) losses.push(`the workers said: ${arena.fleet.lastWords().join("\n    ")}`)
  else losses.push(...(await arena.jobsLeft()).map((job) => `left: ${job}`))
  await arena.fleet.stop()
  losses.push(...arena.fleet.faults.splice(0))
  // Of what was rolled back nothing may be there: it is in none of these projects.
  const kept = [...uuids.keys()].filter((index) => fates[index] !== "rolled back")
  const { outcomes, strays } = await arena.outcomes(kept.map((index) => uuids[index] ?? ""))
  for (const [place, outcome] of outcomes.entries()) {
    const index = kept[place] ?? 0
    const before = calm[index]
    if (before) losses.push(...lossesOf(before, outcome).map((loss) => `migration ${index}: ${loss}`))
  }
  losses.push(...strays.map((stray) => `${stray} is nobody's`))
  tally.runs += 1
  tally.migrations += uuids.length
  for (const fate of fates) if (fate !== "left alone") tally.fates[fate] += 1
  tally.kills += arena.fleet.kills - killed
  tally.losses.push(...losses.map((loss) => `seed ${seed}: ${loss}`))
}
