import type pg from "pg"
import { demoTenant, type TenantSize } from "../host/demo/tenants.ts"
import { connectCloud } from "../src/openstack/index.ts"
import { type BenchClouds, requestsPerSecond } from "./clouds.ts"
import { deleteTenant, type TenantIds } from "./delete-tenant.ts"
import { type BenchHost, openBenchHost } from "./host.ts"
import { type Cost, measure } from "./measure.ts"
import { type Minimum, minimumTime } from "./minimum.ts"
import { readPlan } from "./read-plan.ts"
import { replicateSequentially } from "./sequential/index.ts"
import { createWritesOnly } from "./writes-only.ts"

export interface BenchResult {
  readonly plugin: Cost
  /** One call after another, as `waldur_openstack_replication` makes them; undefined: not measured. */
  readonly sequential: Cost | undefined
  /** On simulated clouds: the computed minimum. */
  readonly minimum: Minimum | undefined
  /** On a real cloud: the writes alone, with different numbers of calls at once. */
  readonly writesOnly: readonly (Cost & { readonly atOnce: number })[]
  /** Calls that a gateway refused with 429. */
  readonly throttled: number
}

export interface BenchSetup {
  readonly pool: pg.Pool
  readonly clouds: BenchClouds
  readonly size: TenantSize
  /** Whether the sequential run is measured, too. */
  readonly sequential: boolean
  /** Of simulated clouds, in milliseconds; undefined: it is a real cloud, and what is created there is deleted. */
  readonly latencyMs: number | undefined
  /** Of a real cloud: numbers of calls at once for the writes alone. */
  readonly atOnce: readonly number[]
  readonly print: (line: string) => void
  /** Ends the bench after the current step. */
  readonly signal?: AbortSignal
}

export interface Bench {
  /** Replicates one tenant by the plugin and sequentially, and finds the minimum that the cloud allows. */
  run(): Promise<BenchResult>
  /** Deletes from a real cloud what was created there. */
  clean(): Promise<void>
}

/** Returns a function that sets the ids of one tenant, which are then deleted in the end. */
type Track = () => (ids: TenantIds) => void

export function openBench(setup: BenchSetup): Bench {
  const tenants: TenantIds[] = []
  const track: Track = () => {
    const index = tenants.push({ projectId: "", userId: "" }) - 1
    return (ids) => {
      tenants[index] = ids
    }
  }
  return {
    async run() {
      const host = await openBenchHost(setup.pool, setup.clouds)
      try {
        return await measureAll(host, setup, track)
      } finally {
        await host.close()
      }
    },
    async clean() {
      if (setup.latencyMs === undefined) await deleteAll(setup, tenants)
    },
  }
}

async function measureAll(host: BenchHost, setup: BenchSetup, track: Track): Promise<BenchResult> {
  const { pool, clouds, size, latencyMs, atOnce, print, signal } = setup
  // A server that has just started is slower, so a small tenant goes first and is not measured.
  if (latencyMs !== undefined) await host.replicate(await host.importTenant(demoTenant("small")))
  const begin = (step: string) => {
    signal?.throwIfAborted()
    print(step)
  }
  begin(`Creating a ${size} tenant …`)
  const spec = demoTenant(size)
  const tenant = await host.importTenant(spec)
  track()({ projectId: tenant.projectId, userId: "" })
  clouds.begin()
  begin("Replicating it by the plugin …")
  const { migration, ...plugin } = await host.replicate(tenant)
  const throttled = clouds.throttled()
  const connection = { ...clouds.destination.connection, ...clouds.rateLimit }
  if (setup.sequential) begin("Replicating it by one call after another …")
  const sequential = setup.sequential
    ? await measure((observe) =>
        replicateSequentially(spec, { ...clouds.destination, connection }, observe, track()),
      )
    : undefined
  const parts = await readPlan(pool, migration)
  if (latencyMs !== undefined) {
    const rate = latencyMs === 0 ? Number.POSITIVE_INFINITY : requestsPerSecond
    return { plugin, sequential, minimum: minimumTime(parts, latencyMs, rate), writesOnly: [], throttled }
  }
  const writesOnly = []
  for (const inFlight of atOnce) {
    begin(`Creating its objects by the writes alone, ${inFlight} calls at once …`)
    const cost = await measure((observe) =>
      createWritesOnly(parts, { ...connection, inFlight }, observe, track()),
    )
    writesOnly.push({ ...cost, atOnce: inFlight })
  }
  return { plugin, sequential, minimum: undefined, writesOnly, throttled }
}

async function deleteAll(
  { pool, clouds: { destination, seeding }, print }: BenchSetup,
  tenants: readonly TenantIds[],
): Promise<void> {
  print("Deleting what was created …")
  const { rows } = await pool.query<TenantIds>(
    `select coalesce(max(backend_id) filter (where kind = 'project'), '') as "projectId",
       coalesce(max(backend_id) filter (where kind = 'user'), '') as "userId"
     from openstack_replication.object group by migration_id`,
  )
  const cloud = connectCloud({ ...destination.connection, ...seeding })
  try {
    for (const ids of [...tenants, ...rows]) await deleteTenant(cloud, ids)
  } finally {
    await cloud.close()
  }
}
