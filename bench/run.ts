import type pg from "pg"
import { demoTenant, type TenantSize } from "../host/demo/tenants.ts"
import { connectCloud } from "../src/openstack/index.ts"
import { makeBare } from "./bare.ts"
import { type BenchClouds, requestsPerSecond } from "./clouds.ts"
import { type Cost, measure } from "./count.ts"
import { openBenchHost } from "./host.ts"
import { type Limit, limitOf } from "./limit.ts"
import { copyAsOriginal } from "./original/index.ts"
import { plannedParts } from "./planned.ts"
import { removeTenant, type TenantIds } from "./remove.ts"

export interface BenchResult {
  readonly ours: Cost
  /** undefined: it was not measured. */
  readonly original: Cost | undefined
  /** On simulated clouds, by arithmetic. */
  readonly limit: Limit | undefined
  /** On a real cloud, the bare writes, with so many calls at once. */
  readonly bare: readonly (Cost & { readonly atOnce: number })[]
  /** Calls that a gateway refused. */
  readonly slowedDown: number
}

export interface BenchWanted {
  readonly pool: pg.Pool
  readonly clouds: BenchClouds
  readonly size: TenantSize
  readonly original: boolean
  /** Of simulated clouds, in milliseconds; undefined: the cloud is a real one, and what is made there is removed. */
  readonly latencyMs: number | undefined
  readonly say: (line: string) => void
}

/** Makes the same tenant by our executor and by the original's calls, and finds what the cloud could do at best. */
export async function runBench(wanted: BenchWanted): Promise<BenchResult> {
  const { pool, clouds, size, latencyMs, say } = wanted
  const real = latencyMs === undefined
  const made: TenantIds[] = []
  const host = await openBenchHost(pool, clouds)
  try {
    if (!real) await host.copy(await host.importTenant(demoTenant("small")))
    say(`Making a ${size} tenant …`)
    const spec = demoTenant(size)
    const tenant = await host.importTenant(spec)
    made.push({ projectId: tenant.projectId, userId: "" })
    clouds.begin()
    say("Copying it by the executor …")
    const { migration, ...ours } = await host.copy(tenant)
    const slowedDown = clouds.slowedDown()
    if (wanted.original) say("Making it in the original's order …")
    const original = wanted.original
      ? await measure(async (observe) => {
          const index = made.push({ projectId: "", userId: "" }) - 1
          const { connection, ...facts } = clouds.destination
          const paced = { ...facts, connection: { ...connection, ...clouds.pace } }
          await copyAsOriginal(spec, paced, observe, (ids) => made.splice(index, 1, ids))
        })
      : undefined
    const parts = await plannedParts(pool, migration)
    const bare = []
    for (const atOnce of real ? [clouds.pace.inFlight ?? 1, 2 * (clouds.pace.inFlight ?? 1)] : []) {
      say(`Making its objects with nothing between, ${atOnce} calls at once …`)
      const index = made.push({ projectId: "", userId: "" }) - 1
      const connection = { ...clouds.destination.connection, ...clouds.pace, inFlight: atOnce }
      const cost = await measure((observe) =>
        makeBare(parts, connection, observe, (ids) => made.splice(index, 1, ids)),
      )
      bare.push({ ...cost, atOnce })
    }
    const limit = real
      ? undefined
      : limitOf(parts, latencyMs, latencyMs === 0 ? Number.POSITIVE_INFINITY : requestsPerSecond)
    return { ours, original, limit, bare, slowedDown }
  } finally {
    await host.close()
    if (real) await removeAll(pool, clouds, made, say)
  }
}

async function removeAll(
  pool: pg.Pool,
  { destination, seeding }: BenchClouds,
  made: readonly TenantIds[],
  say: (line: string) => void,
): Promise<void> {
  say("Removing what was made …")
  const { rows } = await pool.query<TenantIds>(
    `select coalesce(max(backend_id) filter (where kind = 'project'), '') as "projectId",
       coalesce(max(backend_id) filter (where kind = 'user'), '') as "userId"
     from openstack_replication.object group by migration_id`,
  )
  const cloud = connectCloud({ ...destination.connection, ...seeding })
  try {
    for (const ids of [...made, ...rows]) await removeTenant(cloud, ids)
  } finally {
    await cloud.close()
  }
}
