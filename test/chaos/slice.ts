import { setTimeout as sleep } from "node:timers/promises"
import { demoTenant } from "../../host/demo/tenants.ts"
import { enrich } from "../helpers/rich-tenant.ts"
import type { SourceTenant } from "../helpers/source-tenant.ts"
import type { Counters } from "./counters.ts"
import { type Harness, openHarness } from "./harness.ts"
import { type KillPoint, nameOf, type RunSize } from "./kill-points.ts"
import { deviationsOf, type Outcome } from "./outcome.ts"
import { copyAll } from "./tenants.ts"

/** A harness that copies one tenant again and again, each time with a kill at another point. Several run side by side. */
export interface Slice extends RunSize {
  readonly harness: Harness
  readonly tenant: SourceTenant
  /** What an undisturbed run results in. */
  readonly baseline: Outcome
}

/** Opens a slice. Its tenant has an object of every kind, so that each stage has work. */
export async function openSlice(serverUrl: string): Promise<Slice> {
  const harness = await openHarness(serverUrl)
  const spec = demoTenant("small")
  // Room for the objects that `enrich` adds.
  const quotas = {
    ...spec.quotas,
    network: 20,
    subnet: 40,
    port: 80,
    router: 10,
    security_group: 20,
    security_group_rule: 200,
  }
  const tenant = await harness.importTenant({ ...spec, quotas })
  await enrich(harness.sourceCloud, tenant.projectId)
  await harness.workers.add()
  // The first migration of a worker signs in; the ones that are counted do not.
  for (const name of ["first", "counted"]) {
    harness.source.resetStats()
    harness.destination.resetStats()
    await harness.workers.disarm()
    await copyUndisturbed(harness, tenant, name)
  }
  const calls = harness.source.stats().calls + harness.destination.stats().calls
  const { writes } = harness.destination.stats()
  const { statements } = await harness.workers.disarm()
  const uuid = await copyUndisturbed(harness, tenant, "baseline")
  const [baseline] = (await harness.outcomes([uuid])).outcomes
  if (baseline === undefined) throw new Error("The baseline run has no outcome.")
  const { rows } = await harness.pool.query<{ name: string }>(
    `select stage.name from openstack_replication.stage stage
     join waldur_openstack_replication_migration migration on migration.id = stage.migration_id
     where migration.uuid = $1 and stage.attempt > 0 order by stage.name`,
    [uuid],
  )
  return { harness, tenant, baseline, calls, writes, statements, stages: rows.map(({ name }) => name) }
}

async function copyUndisturbed(harness: Harness, tenant: SourceTenant, name: string): Promise<string> {
  const uuid = await harness.create(tenant, name, copyAll)
  const stuck = await harness.untilEnded([uuid])
  if (stuck.length > 0) throw new Error("The baseline run does not end.")
  return uuid
}

/** Copies the tenant with a worker that is killed at the point, and compares the result of the next one with the baseline. */
export async function killAt(slice: Slice, point: KillPoint, counters: Counters): Promise<void> {
  const { harness, tenant, baseline } = slice
  const { workers } = harness
  // The previous worker may have been killed after the end of its migration.
  if (workers.size === 0) await workers.add()
  const dead =
    point.at === "request"
      ? killAtRequest(harness, point.count)
      : point.at === "late"
        ? killAtWrite(harness, point.count)
        : (await workers.arm(point)).dead
  const killsBefore = workers.kills
  const uuid = await harness.create(tenant, nameOf(point), copyAll)
  const ended = harness.untilEnded([uuid])
  await Promise.race([dead, ended])
  if (workers.size === 0) await workers.add()
  // The order of calls and statements differs from run to run, so a point may not be reached.
  else await workers.disarm()
  const left = await ended
  for (const cloud of [harness.source, harness.destination]) cloud.onRequest = undefined
  const { outcomes, unowned } = await harness.outcomes([uuid])
  const deviations = [
    ...(left.length > 0 ? [`it does not end: ${workers.lastOutput().slice(-5).join("\n    ")}`] : []),
    ...outcomes.flatMap((outcome) => deviationsOf(baseline, outcome)),
    ...unowned.map((item) => `${item} belongs to no migration`),
    ...(await harness.jobsLeft()).map((job) => `job left: ${job}`),
    ...workers.faults.splice(0),
  ]
  counters.runs += 1
  counters.migrations += 1
  counters.kills += workers.kills - killsBefore
  counters.deviations.push(...deviations.map((deviation) => `killed at ${nameOf(point)}: ${deviation}`))
}

/** Kills the only worker when this call, to either cloud, has arrived. The cloud then executes it. */
function killAtRequest({ source, destination, workers }: Harness, count: number): Promise<void> {
  return new Promise((resolve) => {
    let calls = 0
    const hook = async () => {
      calls += 1
      if (calls !== count) return
      await workers.kill()
      resolve()
    }
    source.onRequest = hook
    destination.onRequest = hook
  })
}

/** The longest time for which a cloud holds back a request whose sender is gone, in milliseconds. */
const latestMs = 20_000

/** Kills the only worker when this write has arrived. The cloud executes it when the same write arrives again. */
function killAtWrite({ destination, workers }: Harness, count: number): Promise<void> {
  return new Promise((resolve) => {
    let writes = 0
    let held = ""
    let release: () => void = () => undefined
    destination.onRequest = async ({ method, service, path, body }) => {
      if (method === "GET" || path === "auth/tokens") return
      writes += 1
      const call = JSON.stringify([method, service, path, body])
      if (writes === count) {
        held = call
        const again = new Promise<void>((done) => {
          release = done
        })
        await workers.kill()
        resolve()
        await Promise.race([again, sleep(latestMs, undefined, { ref: false })])
      } else if (call === held) {
        release()
        // The first of the two is executed first.
        await sleep(50)
      }
    }
  })
}
