import { migrationClient } from "../../host/client.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { SimulatedCloud } from "../../simulator/index.ts"
import type { Counters } from "./counters.ts"
import type { Harness } from "./harness.ts"
import { deviationsOf } from "./outcome.ts"
import { copyAll } from "./tenants.ts"

export interface ManyOptions {
  readonly migrations: number
  /** Hosts, each with API and worker. */
  readonly hosts: number
  /** Workers without an API. */
  readonly workers: number
  /** Rate limit of each cloud, over all processes. */
  readonly requestsPerSecond: number
}

/** Calls that may start beyond the rate: one window of the limiter. */
const burst = 20

/**
 * Runs many migrations at the same time, requested through several hosts and run by several processes. The result of each
 * has to be that of a single one.
 */
export async function manyAtOnce(harness: Harness, options: ManyOptions, counters: Counters): Promise<void> {
  const { workers, token, source, destination } = harness
  workers.requestsPerSecond = options.requestsPerSecond
  const tenant = await harness.importTenant(demoTenant("small"))
  const hosts = (await Promise.all(Array.from({ length: options.hosts }, () => workers.add("host.ts")))) as {
    readonly url: string
  }[]
  const first = await harness.create(tenant, "baseline", copyAll)
  await harness.untilEnded([first])
  const [baseline] = (await harness.outcomes([first])).outcomes
  if (baseline === undefined) throw new Error("The baseline run has no outcome.")

  await Promise.all(Array.from({ length: options.workers }, () => workers.add()))
  const rates = [source, destination].map(watchRate)
  const clients = [{ url: harness.url }, ...hosts].map(({ url }) => migrationClient(url, token))
  const numbers = Array.from({ length: options.migrations }, (_, index) => index)
  const uuids = await Promise.all(
    clients.map(async (client, index) => {
      const own: string[] = []
      for (const number of numbers.filter((one) => one % clients.length === index))
        own.push(await harness.create(tenant, `many ${number}`, copyAll, client))
      return own
    }),
  )
  const all = uuids.flat()
  const left = await harness.untilEnded(all)
  const deviations = left.length > 0 ? [`${left.length} migrations do not end`] : []
  deviations.push(...(await harness.jobsLeft()).map((job) => `job left: ${job}`))
  for (const endWatch of rates) {
    const { calls, seconds } = endWatch()
    if (calls > options.requestsPerSecond * seconds + burst)
      deviations.push(
        `${calls} calls within ${seconds.toFixed(1)} s are more than ${options.requestsPerSecond} a second`,
      )
  }
  await workers.stop()
  deviations.push(...workers.faults.splice(0))
  const { outcomes, unowned } = await harness.outcomes(all)
  for (const [index, outcome] of outcomes.entries())
    deviations.push(...deviationsOf(baseline, outcome).map((deviation) => `migration ${index}: ${deviation}`))
  deviations.push(...unowned.map((item) => `${item} belongs to no migration`))
  counters.runs += 1
  counters.migrations += all.length
  counters.deviations.push(...deviations)
}

/** Counts the calls to a cloud. Returns a function that ends it and returns the counts. */
function watchRate(cloud: SimulatedCloud) {
  const times: number[] = []
  cloud.onRequest = async () => {
    times.push(performance.now())
  }
  return () => {
    cloud.onRequest = undefined
    return { calls: times.length, seconds: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000 }
  }
}
