import { randomUUID } from "node:crypto"
import { type Insertable, sql, type Updateable } from "kysely"
import { CoreState } from "./codes.ts"
import type { Database, Trx } from "./database.ts"

/** Returns the columns that every new OpenStack row of Waldur has. */
export function newRow(
  context: { readonly now: Date; readonly projectId: number; readonly settingsId: number },
  name: string,
  description: string,
) {
  return {
    created: context.now,
    modified: context.now,
    uuid: randomUUID(),
    name,
    description,
    error_message: "",
    error_traceback: "",
    state: CoreState.CREATION_SCHEDULED,
    project_id: context.projectId,
    service_settings_id: context.settingsId,
  }
}

/** Tables of OpenStack objects with `state` and `error_message`. */
export type StatefulTable =
  | "openstack_network"
  | "openstack_subnet"
  | "openstack_router"
  | "openstack_securitygroup"
  | "openstack_port"

export type InsertedTable = StatefulTable | "openstack_securitygrouprule"

/** What Waldur writes for "any port" of a rule. Its push deletes a rule with null and creates it again. */
export const anyPort = -1

/** The limit of PostgreSQL's protocol for the parameters of one statement. */
const maxParameters = 65_535

/** Inserts rows in as few statements as the protocol allows. Returns their ids in the same order. */
export async function insertRows<Name extends InsertedTable>(
  trx: Trx,
  table: Name,
  rows: readonly Insertable<Database[Name]>[],
): Promise<readonly number[]> {
  const [first] = rows
  if (first === undefined) return []
  const step = Math.floor(maxParameters / Object.keys(first).length)
  const ids: number[] = []
  for (let start = 0; start < rows.length; start += step) {
    const part = rows.slice(start, start + step) as Insertable<Database[InsertedTable]>[]
    // RETURNING follows the order of VALUES in a plain insert.
    const inserted = await trx.insertInto<InsertedTable>(table).values(part).returning("id").execute()
    ids.push(...inserted.map((row) => row.id))
  }
  return ids
}

/** Updates columns of existing rows. */
export async function updateRows(
  trx: Trx,
  table: InsertedTable,
  rows: readonly { readonly id: number; readonly columns: Readonly<Record<string, unknown>> }[],
): Promise<void> {
  for (const { id, columns } of rows) {
    await trx
      .updateTable(table as "openstack_network")
      .set(columns as Updateable<Database["openstack_network"]>)
      .where("id", "=", id)
      .execute()
  }
}

export async function deleteRows(trx: Trx, table: InsertedTable, ids: readonly number[]): Promise<void> {
  await sql`delete from ${sql.table(table)} where id = any(${ids}::int[])`.execute(trx)
}

/** Returns compact JSON text, as Django writes it into `text` columns. */
export function textJson(value: unknown): string {
  return JSON.stringify(value)
}

/** Records the cloud's ids in rows of a table that has a state, and sets the rows OK. */
export async function recordBackendIds(
  trx: Trx,
  table: StatefulTable,
  rows: readonly { readonly rowId: number | null; readonly backendId: string }[],
): Promise<void> {
  await sql`
    update ${sql.table(table)} as row
    set backend_id = created.backend_id, state = ${CoreState.OK}, error_message = '', error_traceback = '', modified = now()
    from unnest(${rows.map((row) => row.rowId)}::int[], ${rows.map((row) => row.backendId)}::text[])
      as created (id, backend_id)
    where row.id = created.id`.execute(trx)
}
