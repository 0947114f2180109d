import { type Insertable, sql } from "kysely"
import type { Trx } from "../../models/database.ts"
import type { ObjectTable } from "../../models/own-tables.ts"
import type { KindName } from "../../planning/kind-names.ts"
import type { Notes, Omission, Planned } from "../../planning/plan.ts"

/** Rows of one insert: far below the protocol's limit of 65,535 parameters. */
const objectsPerInsert = 2000

/** The notes of an object whose attributes are all kept. */
export const noNotes: Notes = { mapped: {}, dropped: [] }

type PlanRow = Omit<Insertable<ObjectTable>, "migration_id" | "position">

const emptyColumns = { backend_id: null, error: null, differences: null }

/** Returns the row of a planned object. @param rowId id of its host row */
export function plannedRow(kind: KindName, object: Planned<unknown>, rowId: number | null): PlanRow {
  const { key, name, sourceId, body, notes } = object
  return {
    ...emptyColumns,
    kind,
    key,
    name,
    source_id: sourceId,
    body: JSON.stringify(body),
    notes: JSON.stringify(notes ?? noNotes),
    row_id: rowId,
    state: "planned",
    reason: "",
    modified: new Date(),
  }
}

/** Returns the key of an omitted object. An omission may have the key of a planned object, e.g. of a router without its gateway. */
export function omittedKey(key: string): string {
  return `omitted-${key}`
}

function omittedRow({ kind, key, name, reason }: Omission): PlanRow {
  return {
    ...emptyColumns,
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
export async function storeObjects(trx: Trx, migrationId: number, rows: readonly PlanRow[]): Promise<void> {
  const last = await trx
    .selectFrom("openstack_replication.object")
    .select((eb) => eb.fn.max("position").as("position"))
    .where("migration_id", "=", migrationId)
    .executeTakeFirst()
  const first = Number(last?.position ?? -1) + 1
  const placed = rows.map((row, index) => ({ ...row, migration_id: migrationId, position: first + index }))
  for (let start = 0; start < placed.length; start += objectsPerInsert) {
    const part = placed.slice(start, start + objectsPerInsert)
    await trx.insertInto("openstack_replication.object").values(part).execute()
  }
}

/** Stores what a plan omits, in place of what was stored before. */
export async function storeOmitted(
  trx: Trx,
  migrationId: number,
  omitted: readonly Omission[],
): Promise<void> {
  await trx
    .deleteFrom("openstack_replication.object")
    .where("migration_id", "=", migrationId)
    .where("state", "=", "omitted")
    .execute()
  await storeObjects(trx, migrationId, omitted.map(omittedRow))
}

/** Updates planned objects. @param changed the new object for each row id */
export async function updateObjects(
  trx: Trx,
  changed: readonly { readonly id: string; readonly object: Planned<unknown> }[],
): Promise<void> {
  if (changed.length === 0) return
  const objects = changed.map(({ object }) => object)
  await sql`
    update openstack_replication.object as object
    set name = new.name, source_id = new.source_id, body = new.body::jsonb, notes = new.notes::jsonb, modified = now()
    from unnest(
      ${changed.map(({ id }) => id)}::bigint[],
      ${objects.map(({ name }) => name)}::text[],
      ${objects.map(({ sourceId }) => sourceId)}::text[],
      ${objects.map(({ body }) => JSON.stringify(body))}::text[],
      ${objects.map(({ notes }) => JSON.stringify(notes ?? noNotes))}::text[]
    ) as new (id, name, source_id, body, notes)
    where object.id = new.id`.execute(trx)
}
