import type pg from "pg"
import { kinds } from "../src/kinds/index.ts"
import type { TenantPlan } from "../src/kinds/plan-tenant.ts"
import type { KindName } from "../src/planning/kind-names.ts"

type Parts = TenantPlan["parts"]

/** Reads the created objects of a migration from its rows, as parts of a plan. */
export async function readPlan(pool: pg.Pool, migration: number): Promise<Parts> {
  const { rows } = await pool.query<{ kind: KindName; key: string; name: string; body: unknown }>(
    `select kind, key, name, body from openstack_replication.object
     where migration_id = $1 and state = 'done' order by position`,
    [migration],
  )
  return kinds.map((kind) => ({
    kind,
    objects: rows
      .filter((row) => row.kind === kind.name)
      .map(({ key, name, body }) => ({ key, name, sourceId: "", body })),
  }))
}
