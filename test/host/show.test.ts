import t from "tap"
import { summary } from "../../host/show.ts"
import type { Report } from "../../src/report/report.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import type { Progress } from "../../src/serializers/progress.ts"
import { object, reportOf } from "../report/sample.ts"

const migration = { uuid: "5d2c", state: "OK", error_message: "" } as MigrationDetails
const progress = { verification: null, calls: 3, source_calls: 1, writes: 1 } as Progress

const linesOf = (report: Report) => summary(migration, progress, report).split("\n")

t.test("the end of a run shows the price before and after, the invoice and the offerings", async (t) => {
  const { marketplace } = reportOf([])
  const lines = linesOf(
    reportOf([object({ outcome: "omitted", name: "archive", reason: "No such type." })], {
      marketplace: {
        ...marketplace,
        order: { uuid: "0a", state: "done" },
        offerings: [{ uuid: "0b", name: "Volume in copy", type: "OpenStack.Volume", state: "Active" }],
        invoice: { uuid: "0c", month: "2026-03", state: "pending", items: [], total: "0.00" },
        prices: { before: { amount: "44.00", per: "month" }, after: { amount: "40.00", per: "month" } },
      },
    }),
  )
  t.strictSame(lines.slice(5), [
    'Marketplace: resource "copy" is OK; order: done',
    "  Price: 44.00 per month → 40.00 per month; invoice: 2026-03, 0 items, 0.00",
    '  Offerings: "Volume in copy"',
    "Not copied:",
    "  - archive: No such type.",
    "",
  ])
})

t.test("what the marketplace lacks is not shown", async (t) => {
  t.strictSame(linesOf(reportOf([object()])).slice(5), [
    'Marketplace: resource "copy" is OK; order: none yet',
    "",
  ])
})
