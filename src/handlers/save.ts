import type { Insertable, Updateable } from "kysely"
import type { Database, Trx } from "../models/database.ts"
import { type Hooks, runHooks } from "./hooks.ts"

const tables = {
  migration: "waldur_openstack_replication_migration",
  resource: "marketplace_resource",
  order: "marketplace_order",
} as const

type Tables = typeof tables
type Row<Model extends keyof Tables> = Database[Tables[Model]]

// Kysely cannot type a table name that is a type parameter, so this table stands for all three.
type Any = "marketplace_order"

/** Updates a row and runs the hooks, in one transaction. Returns undefined where the row is gone. */
export async function saveRow<Model extends keyof Tables>(
  trx: Trx,
  hooks: Hooks,
  model: Model,
  id: number,
  changes: Updateable<Row<Model>>,
) {
  const table = tables[model] as Any
  const previous = await trx.selectFrom(table).selectAll().where("id", "=", id).forUpdate().executeTakeFirst()
  if (previous === undefined) return undefined
  const instance = await trx
    .updateTable(table)
    .set({ ...(changes as Updateable<Database[Any]>), modified: new Date() })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await runHooks(hooks, model as "order", { instance, previous, created: false, trx })
  return instance
}

/** Inserts a row and runs the hooks, in one transaction. Returns its id. */
export async function insertRow<Model extends keyof Tables>(
  trx: Trx,
  hooks: Hooks,
  model: Model,
  row: Insertable<Row<Model>>,
): Promise<number> {
  const instance = await trx
    .insertInto(tables[model] as Any)
    .values(row as Insertable<Database[Any]>)
    .returningAll()
    .executeTakeFirstOrThrow()
  await runHooks(hooks, model as "order", { instance, previous: null, created: true, trx })
  return instance.id
}
