import type { Insertable } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { ObjectTable } from "../../models/own-tables.ts"
import type { KindName } from "../../planning/kind-names.ts"
import type { Omission, Planned } from "../../planning/plan.ts"

/** Rows of the plan's table in one statement: far below the protocol's 65,535 parameters. */
const objectsPerInsert = 2000

type PlanRow = Omit<Insertable<ObjectTable>, "migration_id" | "position">

const common = { backend_id: null, error: null, differences: null }

export function plannedRow(kind: KindName, object: Planned<unknown>, rowId: number | null): PlanRow {
  const { key, name, sourceId, body, notes } = object
  return {
    ...common,
    kind,
    key,
    name,
    source_id: sourceId,
    body: JSON.stringify(body),
    notes: JSON.stringify(notes ?? { mapped: {}, dropped: [] }),
    row_id: rowId,
    state: "planned",
    reason: "",
    modified: new Date(),
  }
}

/** What is left out may bear the key of something that is kept, e.g. a router without its gateway. */
export function omittedKey(key: string): string {
  return `omitted-${key}`
}

export function omittedRow({ kind, key, name, reason }: Omission): PlanRow {
  return {
    ...common,
    kind,
    key: omittedKey(key),
    name,
    source_id: "",
    body: null,
    notes: null,
    row_id: null,
    state: "omitted",
    reason,
    modified: new Date(),
  }
}

/** Adds objects to the end of a migration's plan. */
export async function storeObjects(trx: Trx, migration_id: number, rows: readonly PlanRow[]): Promise<void> {
  const last = await trx
    .selectFrom("openstack_replication.object")
    .select((eb) => eb.fn.max("position").as("position"))
    .where("migration_id", "=", migration_id)
    .executeTakeFirst()
  const first = Number(last?.position ?? -1) + 1
  const placed = rows.map((row, index) => ({ ...row, migration_id, position: first + index }))
  for (let start = 0; start < placed.length; start += objectsPerInsert) {
    const part = placed.slice(start, start + objectsPerInsert)
    await trx.insertInto("openstack_replication.object").values(part).execute()
  }
}
