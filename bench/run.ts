import type pg from "pg"
import { demoTenant, type TenantSize } from "../host/demo/tenants.ts"
import { connectCloud } from "../src/openstack/index.ts"
import { type BenchClouds, requestsPerSecond } from "./clouds.ts"
import { removeTenant, type TenantIds } from "./delete-tenant.ts"
import { type BenchHost, openBenchHost } from "./host.ts"
import { type Cost, measure } from "./measure.ts"
import { type Limit, limitOf } from "./minimum.ts"
import { plannedParts } from "./read-plan.ts"
import { copyAsOriginal } from "./sequential/index.ts"
import { makeBare } from "./writes-only.ts"

export interface BenchResult {
  readonly ours: Cost
  /** undefined: it was not measured. */
  readonly original: Cost | undefined
  /** On simulated clouds, by arithmetic. */
  readonly limit: Limit | undefined
  /** On a real cloud, the bare writes, with so many calls at once. */
  readonly bare: readonly (Cost & { readonly atOnce: number })[]
  /** Calls that a gateway refused. */
  readonly throttled: number
}

export interface BenchWanted {
  readonly pool: pg.Pool
  readonly clouds: BenchClouds
  readonly size: TenantSize
  readonly original: boolean
  /** Of simulated clouds, in milliseconds; undefined: the cloud is a real one, and what is made there is removed. */
  readonly latencyMs: number | undefined
  /** Of a real cloud: calls at once with which the bare writes are tried. */
  readonly atOnce: readonly number[]
  readonly say: (line: string) => void
  /** Ends the bench after the step under way. */
  readonly signal?: AbortSignal
}

export interface Bench {
  /** Makes the same tenant by our executor and by the original's calls, and finds what the cloud could do at best. */
  run(): Promise<BenchResult>
  /** Removes from a real cloud what was made there. */
  clean(): Promise<void>
}

export function openBench(wanted: BenchWanted): Bench {
  const made: TenantIds[] = []
  /** Keeps a place for what is made, and fills it as soon as there is something. */
  const keeping = () => {
    const index = made.push({ projectId: "", userId: "" }) - 1
    return (ids: TenantIds) => {
      made[index] = ids
    }
  }
  return {
    async run() {
      const host = await openBenchHost(wanted.pool, wanted.clouds)
      try {
        return await measureAll(host, wanted, keeping)
      } finally {
        await host.close()
      }
    },
    async clean() {
      if (wanted.latencyMs === undefined) await removeAll(wanted, made)
    },
  }
}

async function measureAll(
  host: BenchHost,
  { pool, clouds, size, latencyMs, atOnce, say, signal, ...wanted }: BenchWanted,
  keeping: () => (ids: TenantIds) => void,
): Promise<BenchResult> {
  const real = latencyMs === undefined
  // A server that has just started is slower.
  if (!real) await host.copy(await host.importTenant(demoTenant("small")))
  const begin = (step: string) => {
    signal?.throwIfAborted()
    say(step)
  }
  begin(`Making a ${size} tenant …`)
  const spec = demoTenant(size)
  const tenant = await host.importTenant(spec)
  keeping()({ projectId: tenant.projectId, userId: "" })
  clouds.begin()
  begin("Copying it by the executor …")
  const { migration, ...ours } = await host.copy(tenant)
  const throttled = clouds.throttled()
  const { connection, ...facts } = clouds.destination
  const paced = { ...connection, ...clouds.pace }
  if (wanted.original) begin("Making it in the original's order …")
  const original = wanted.original
    ? await measure((observe) => copyAsOriginal(spec, { ...facts, connection: paced }, observe, keeping()))
    : undefined
  const parts = await plannedParts(pool, migration)
  const bare = []
  for (const inFlight of real ? atOnce : []) {
    begin(`Making its objects with nothing between, ${inFlight} calls at once …`)
    const cost = await measure((observe) => makeBare(parts, { ...paced, inFlight }, observe, keeping()))
    bare.push({ ...cost, atOnce: inFlight })
  }
  const rate = latencyMs === 0 ? Number.POSITIVE_INFINITY : requestsPerSecond
  return { ours, original, limit: real ? undefined : limitOf(parts, latencyMs, rate), bare, throttled }
}

async function removeAll(
  { pool, clouds: { destination, seeding }, say }: BenchWanted,
  made: readonly TenantIds[],
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
