import { deleteRows, type InsertedTable, insertRows, newRow, updateRows } from "../models/rows.ts"
import type { KindRows, RowContext } from "./kind.ts"

type Columns = Readonly<Record<string, unknown>>

/**
 * How a kind's objects are written into the host's table: at first, and again when the survey has changed the plan.
 * What a `before` names has a row still: rows that go are removed last.
 */
export function storedIn<Body>(
  table: InsertedTable,
  columns: (context: RowContext, body: Body) => Columns,
): Required<Pick<KindRows<Body, unknown>, "insert" | "update" | "delete">> {
  // Rules are the one table without a state, times and a uuid.
  const common = (context: RowContext): Columns =>
    table === "openstack_securitygrouprule" ? {} : newRow(context, "", "")
  return {
    insert: (context, planned) =>
      insertRows(
        context.trx,
        table,
        // biome-ignore lint/suspicious/noExplicitAny: each kind names its table's columns; the database checks them.
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
