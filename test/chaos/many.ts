import { migrationClient } from "../../host/client.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { SimulatedCloud } from "../../simulator/index.ts"
import type { Tally } from "./counters.ts"
import type { Arena } from "./harness.ts"
import { lossesOf } from "./outcome.ts"
import { everything } from "./tenants.ts"

export interface ManyOptions {
  readonly migrations: number
  /** Hosts, each with API and worker. */
  readonly hosts: number
  /** Workers beside them. */
  readonly workers: number
  /** Calls to each cloud in a second, of all processes together. */
  readonly pace: number
}

/** Calls that may begin at once beyond the pace: what a window of it holds. */
const atOnce = 20

/**
 * Many migrations at the same time, asked for through several hosts and worked on by several processes. Each has to
 * come to what one alone comes to.
 */
export async function manyAtOnce(arena: Arena, options: ManyOptions, tally: Tally): Promise<void> {
  const { fleet, token, source, destination } = arena
  fleet.pace = options.pace
  const tenant = await arena.importTenant(demoTenant("small"))
  const hosts = (await Promise.all(Array.from({ length: options.hosts }, () => fleet.add("host.ts")))) as {
    readonly url: string
  }[]
  const first = await arena.create(tenant, "alone", everything)
  await arena.untilEnded([first])
  const [calm] = (await arena.outcomes([first])).outcomes
  if (calm === undefined) throw new Error("a calm run has no outcome")

  await Promise.all(Array.from({ length: options.workers }, () => fleet.add()))
  const paces = [source, destination].map(watchPace)
  const clients = [{ url: arena.url }, ...hosts].map(({ url }) => migrationClient(url, token))
  const numbers = Array.from({ length: options.migrations }, (_, index) => index)
  const uuids = await Promise.all(
    clients.map(async (client, index) => {
      const own: string[] = []
      for (const number of numbers.filter((one) => one % clients.length === index))
        own.push(await arena.create(tenant, `many ${number}`, everything, client))
      return own
    }),
  )
  const all = uuids.flat()
  const left = await arena.untilEnded(all)
  const losses = left.length > 0 ? [`${left.length} migrations do not end`] : []
  losses.push(...(await arena.jobsLeft()).map((job) => `left: ${job}`))
  for (const pace of paces) {
    const { calls, seconds } = pace()
    if (calls > options.pace * seconds + atOnce)
      losses.push(`${calls} calls within ${seconds.toFixed(1)} s are more than ${options.pace} a second`)
  }
  await fleet.stop()
  losses.push(...fleet.faults.splice(0))
  const { outcomes, strays } = await arena.outcomes(all)
  for (const [index, outcome] of outcomes.entries())
    losses.push(...lossesOf(calm, outcome).map((loss) => `migration ${index}: ${loss}`))
  losses.push(...strays.map((stray) => `${stray} is nobody's`))
  tally.runs += 1
  tally.migrations += all.length
  tally.losses.push(...losses)
}

/** Counts the calls to a cloud from the first to the last; answers the function that ends it. */
function watchPace(cloud: SimulatedCloud) {
  const times: number[] = []
  cloud.onRequest = async () => {
    times.push(performance.now())
  }
  return () => {
    cloud.onRequest = undefined
    return { calls: times.length, seconds: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000 }
  }
}
