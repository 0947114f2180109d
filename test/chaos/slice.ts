import { setTimeout as sleep } from "node:timers/promises"
import { demoTenant } from "../../host/demo/tenants.ts"
import { enrich } from "../helpers/rich-tenant.ts"
import type { Tally } from "./counters.ts"
import { type Arena, openArena, type SourceTenant } from "./harness.ts"
import { type Death, stagePoints } from "./kill-worker.ts"
import { lossesOf, type Outcome } from "./outcome.ts"
import { everything } from "./tenants.ts"

/**
 * A place at which a worker is killed; `request`: when this call has reached its cloud, before the cloud works on it.
 * `late`: the cloud is so slow with this write that it does it only when the successor asks for the same.
 */
export type Place =
  | Death
  | { readonly at: "request"; readonly count: number }
  | { readonly at: "late"; readonly count: number }

/** A tenant that is copied again and again, each time with a kill at another place. */
export interface Lane {
  readonly arena: Arena
  readonly tenant: SourceTenant
  readonly calm: Outcome
  /** What a calm run is made of. */
  readonly calls: number
  /** Of the calls, those to the destination that change something. */
  readonly writes: number
  readonly statements: number
  readonly stages: readonly string[]
}

/** The tenant has all that a tenant may have, so that every stage has work. */
export async function openSlice(serverUrl: string): Promise<Lane> {
  const arena = await openArena(serverUrl)
  const spec = demoTenant("small")
  // Room for what is put in beside.
  const quotas = {
    ...spec.quotas,
    network: 20,
    subnet: 40,
    port: 80,
    router: 10,
    security_group: 20,
    security_group_rule: 200,
  }
  const tenant = await arena.importTenant({ ...spec, quotas })
  await enrich(arena.sourceCloud, tenant.projectId)
  await arena.fleet.add()
  // The first migration of a worker signs in; those that are counted do not.
  for (const name of ["first", "calm"]) {
    arena.source.resetStats()
    arena.destination.resetStats()
    await arena.fleet.spare()
    await copyCalmly(arena, tenant, name)
  }
  const calls = arena.source.stats().calls + arena.destination.stats().calls
  const { writes } = arena.destination.stats()
  const { statements } = await arena.fleet.spare()
  const uuid = await copyCalmly(arena, tenant, "calm once more")
  const [calm] = (await arena.outcomes([uuid])).outcomes
  if (calm === undefined) throw new Error("a calm run has no outcome")
  const { rows } = await arena.pool.query<{ name: string }>(
    `select stage.name from openstack_replication.stage stage
     join waldur_openstack_replication_migration migration on migration.id = stage.migration_id
     where migration.uuid = $1 and stage.attempt > 0 order by stage.name`,
    [uuid],
  )
  return { arena, tenant, calm, calls, writes, statements, stages: rows.map(({ name }) => name) }
}

async function copyCalmly(arena: Arena, tenant: SourceTenant, name: string): Promise<string> {
  const uuid = await arena.create(tenant, name, everything)
  const stuck = await arena.untilEnded([uuid])
  if (stuck.length > 0) throw new Error("a calm run does not end")
  return uuid
}

/** Every stage, when it was taken, while it is being ended, and when it has ended. */
export function stagePlaces({ stages }: Lane): readonly Place[] {
  return stages.flatMap((stage) => stagePoints.map((point): Place => ({ at: "stage", stage, point })))
}

/** Every call to a cloud: before the cloud works on it, and after its answer. */
export function callPlaces({ calls }: Lane): readonly Place[] {
  return numbers(calls).flatMap((count): Place[] => [
    { at: "request", count },
    { at: "answer", count },
  ])
}

/** Every write, which a slow cloud does only when it is asked for once more. */
export function latePlaces({ writes }: Lane): readonly Place[] {
  return numbers(writes).map((count): Place => ({ at: "late", count }))
}

/** Every statement to the database: before it is sent, and after it. */
export function statementPlaces({ statements }: Lane): readonly Place[] {
  return numbers(statements).flatMap((count): Place[] => [
    { at: "statement", count, sent: false },
    { at: "statement", count, sent: true },
  ])
}

function numbers(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

/** Copies the tenant with a worker that dies at the place, and compares what its successor leaves with a calm run. */
export async function killAt(lane: Lane, place: Place, tally: Tally): Promise<void> {
  const { arena, tenant, calm } = lane
  const { fleet } = arena
  // The last one may have died after its migration had ended.
  if (fleet.size === 0) await fleet.add()
  const dead =
    place.at === "request"
      ? killAtRequest(arena, place.count)
      : place.at === "late"
        ? killAtWrite(arena, place.count)
        : (await fleet.doom(place)).dead
  const killsBefore = fleet.kills
  const uuid = await arena.create(tenant, nameOf(place), everything)
  const ended = arena.untilEnded([uuid])
  await Promise.race([dead, ended])
  if (fleet.size === 0) await fleet.add()
  // The order of calls and statements is not the same in every run: a place may not be reached.
  else await fleet.spare()
  const left = await ended
  for (const cloud of [arena.source, arena.destination]) cloud.onRequest = undefined
  const { outcomes, strays } = await arena.outcomes([uuid])
  const losses = [
    ...(left.length > 0 ? [`it does not end: ${fleet.lastWords().slice(-5).join("\n    ")}`] : []),
    ...outcomes.flatMap((outcome) => lossesOf(calm, outcome)),
    ...strays.map((stray) => `${stray} is nobody's`),
    ...(await arena.jobsLeft()).map((job) => `left: ${job}`),
    ...fleet.faults.splice(0),
  ]
  tally.runs += 1
  tally.migrations += 1
  tally.kills += fleet.kills - killsBefore
  tally.losses.push(...losses.map((loss) => `killed at ${nameOf(place)}: ${loss}`))
}

/** Kills the only worker when this call, to either cloud, has arrived; the cloud then does what was asked. */
function killAtRequest({ source, destination, fleet }: Arena, count: number): Promise<void> {
  return new Promise((resolve) => {
    let calls = 0
    const hook = async () => {
      calls += 1
      if (calls !== count) return
      await fleet.kill()
      resolve()
    }
    source.onRequest = hook
    destination.onRequest = hook
  })
}

/** The longest that a cloud goes on with a request whose sender is gone, in milliseconds. */
const latestMs = 20_000

/** Kills the only worker when this write has arrived, which the cloud does when the same is asked for once more. */
function killAtWrite({ destination, fleet }: Arena, count: number): Promise<void> {
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
        await fleet.kill()
        resolve()
        await Promise.race([again, sleep(latestMs, undefined, { ref: false })])
      } else if (call === held) {
        release()
        // The first of the two is done first.
        await sleep(50)
      }
    }
  })
}

export function nameOf(place: Place): string {
  if (place.at === "stage") return `${place.stage}:${place.point}`
  const sent = place.at === "statement" ? `:${place.sent ? "sent" : "unsent"}` : ""
  return `${place.at}:${place.count}${sent}`
}

export function placeOf(name: string): Place {
  const [at = "", count = "", sent = ""] = name.split(":")
  if (at === "request" || at === "answer" || at === "late") return { at, count: Number(count) }
  if (at === "statement") return { at, count: Number(count), sent: sent === "sent" }
  const point = stagePoints.find((one) => one === count)
  if (point === undefined) throw new Error(`There is no place "${name}".`)
  return { at: "stage", stage: at, point }
}
