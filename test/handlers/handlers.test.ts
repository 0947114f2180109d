import t from "tap"
import { requiredSchema } from "../../host/waldur/schema.ts"
import { startWorker } from "../../plugin/index.ts"
import { type HandlerSwitches, selectHandlers } from "../../src/handlers/index.ts"
import { neededTables } from "../../src/models/host-tables.ts"
import { withDatabase } from "../helpers/database.ts"

t.test("a switch of a handler is a known name and a boolean", async (t) => {
  const names = selectHandlers({ billing: false, events: true }).map(({ name }) => name)
  t.notOk(names.includes("billing"))
  t.ok(names.includes("events"))
  t.ok(names.includes("orders"), "a handler without a switch is on")
  t.throws(() => selectHandlers({ bills: false } as HandlerSwitches), {
    code: "INVALID_OPTION",
    message: /handlers has the key bills, which no handler has\. The handlers are .*billing/,
  })
  t.throws(() => selectHandlers({ billing: "no" } as unknown as HandlerSwitches), {
    code: "INVALID_OPTION",
    message: /handlers\.billing is "no"\. It must be true or false\./,
  })
})

t.test("the tables that handlers write are described to the column as Waldur has them", async (t) => {
  const { columns } = requiredSchema()
  for (const { name, writes = {} } of selectHandlers()) {
    for (const [table, described] of Object.entries(writes)) {
      const real = columns.filter((column) => column.table === table)
      t.strictSame(
        Object.entries(described)
          .map(([column, { type, nullable }]) => [column, type, nullable])
          .toSorted(),
        real.map(({ column, udt, nullable }) => [column, udt, nullable === "YES"]).toSorted(),
        `${name}: ${table}`,
      )
    }
  }
})

t.test(
  "a table that only a handler needs is named with the switch, and not needed without the handler",
  (t) =>
    withDatabase(async ({ pool }) => {
      await pool.query("drop table invoices_invoiceitem, invoices_invoice")
      const message =
        /table invoices_invoice \(needed unless handlers: \{ billing: false \}\); table invoices_invoiceitem \(/
      await t.rejects(startWorker({ pool }), { code: "HOST_TABLES", message })
      const worker = await startWorker({ pool, handlers: { billing: false } })
      await worker.stop()
    }, "all"),
)

t.test("with all handlers switched off, none of their tables is needed", async () =>
  withDatabase(async ({ pool }) => {
    const needed = neededTables({ tokens: true, roles: true })
    const all = Object.fromEntries(selectHandlers().map(({ name }) => [name, false]))
    for (const table of new Set(selectHandlers().flatMap(({ writes = {} }) => Object.keys(writes)))) {
      if (!(table in needed)) {
        await pool.query(`drop table ${table} cascade`)
      }
    }
    const worker = await startWorker({ pool, handlers: all })
    await worker.stop()
  }, "all"),
)
