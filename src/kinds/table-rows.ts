import type { Trx } from "../models/database.ts"
import {
  deleteRows,
  type InsertedTable,
  insertRows,
  newRow,
  recordBackendIds,
  type StatefulTable,
  updateRows,
} from "../models/rows.ts"
import type { KindRows, Recorded, RowContext } from "./kind.ts"

type Columns = Readonly<Record<string, unknown>>

/**
 * Returns how the objects of a kind are inserted into, updated in and deleted from a table of the host. All references
 * of a `before` still have rows: rows are deleted last.
 */
export function tableRows<Body>(
  table: InsertedTable,
  columns: (context: RowContext, body: Body) => Columns,
): Required<Pick<KindRows<Body, unknown>, "inserted" | "insert" | "update" | "delete">> {
  // The table of rules is the only one without a state, times and a uuid.
  const common = (context: RowContext): Columns =>
    table === "openstack_securitygrouprule" ? {} : newRow(context, "", "")
  return {
    inserted: table,
    insert: (context, planned) =>
      insertRows(
        context.trx,
        table,
        // biome-ignore lint/suspicious/noExplicitAny: each kind defines the columns of its table; the database checks them.
        planned.map(({ body }): any => ({ ...common(context), ...columns(context, body) })),
      ),
    update: (context, rows) =>
      updateRows(
        context.trx,
        table,
        rows.flatMap(({ rowId, body, before }) => {
          const [now, then] = [columns(context, body), columns(context, before)]
          return JSON.stringify(now) === JSON.stringify(then) ? [] : [{ id: rowId, columns: now }]
        }),
      ),
    delete: (trx, rowIds) => deleteRows(trx, table, rowIds),
  }
}

/** Returns how the ids of finished objects are written into a table of the host. */
export function recordIds(table: StatefulTable) {
  return (trx: Trx, done: readonly Recorded<unknown, { readonly id: string }>[]): Promise<void> =>
    recordBackendIds(
      trx,
      table,
      done.map(({ rowId, actual }) => ({ rowId, backendId: actual.id })),
    )
}
