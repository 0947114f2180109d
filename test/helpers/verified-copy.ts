import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { listResources } from "../../src/openstack/index.ts"
import type { MigrationObject } from "../../src/serializers/objects.ts"
import type { Progress } from "../../src/serializers/progress.ts"
import { ask } from "./http.ts"
import { untilVerified } from "./migration.ts"
import { type TestWorld, withWorld } from "./world.ts"

const all = { mappings: { sync_instance_ports: true, static_routes: "reachable" } } as const

export interface Copied {
  readonly world: TestWorld
  readonly uuid: string
  /** OpenStack's ids of the projects. */
  readonly source: string
  readonly destination: string
  act(action: string, method?: string): ReturnType<typeof ask>
  /** Requests a verification and waits for its end. */
  verified(): Promise<NonNullable<Progress["verification"]>>
  /** Returns the objects with differences. */
  differing(): Promise<readonly MigrationObject[]>
}

/** Runs a test on a small tenant whose copy is OK. */
export function withCopy(run: (copied: Copied) => Promise<void>, spec: TenantSpec = demoTenant("small")) {
  return withWorld(async (world) => {
    const tenant = await world.importTenant(spec)
    const migration = await world.ended((await world.create(tenant, all)).uuid)
    if (migration.state !== "OK") throw new Error(migration.error_message)
    const { uuid } = migration
    const { token } = world.rows.users.owner
    const act: Copied["act"] = (action, method = "POST") =>
      ask(`${world.url}/api/openstack-migrations/${uuid}/${action}`, { method, token })
    await run({
      world,
      uuid,
      source: tenant.projectId,
      destination: await world.projectOf(migration),
      act,
      async verified() {
        const { status } = await act("verify/")
        if (status !== 202) throw new Error(`verify returned ${status}`)
        return untilVerified(world, uuid)
      },
      async differing() {
        const { body } = await act("objects/?page_size=300", "GET")
        return (body as readonly MigrationObject[]).filter((one) => one.differences.length > 0)
      },
    })
  })
}

/** Lists resources of the copy. */
export function inDestination<C extends Parameters<typeof listResources>[1]>(copied: Copied, collection: C) {
  return listResources(copied.world.destinationCloud, collection, { project_id: copied.destination })
}

/** Reads the last verification from the database. */
export async function verificationOf({ world }: Copied) {
  const { rows } = await world.pool.query<{
    verification: {
      unmanaged?: { objects: readonly { kind: string; name: string }[] }
      source?: { changes: readonly { kind: string }[] }
    }
  }>("select verification from openstack_replication.run")
  return rows[0]?.verification ?? {}
}

/** Reads the unmanaged resources that the last verification has found. */
export async function unmanagedOf(copied: Copied) {
  return (await verificationOf(copied)).unmanaged?.objects ?? []
}

/** Reads rows that a verification must not change. */
export async function recordsOf({ world }: Copied) {
  const queries = [
    "select * from waldur_openstack_replication_migration",
    "select * from marketplace_resource order by id",
    "select * from marketplace_order order by id",
    "select * from openstack_tenant order by id",
    "select started, finished from openstack_replication.run",
  ]
  return Promise.all(queries.map(async (query) => (await world.pool.query(query)).rows))
}
