import type { Test } from "tap"
import { tableOf } from "../../src/planning/attributes.ts"
import type { KindName } from "../../src/planning/kind-names.ts"
import type { Report } from "../../src/report/report.ts"
import { ask } from "./http.ts"

/** Asserts that the report of a migration is that of an exact copy, without differences and failures. */
export async function holdExactReport(t: Test, url: string, uuid: string, token: string): Promise<void> {
  const { body } = await ask(`${url}/api/openstack-migrations/${uuid}/report/`, { token })
  const report = body as Report
  t.match(report, {
    outcomes: { failed: 0, skipped: 0, open: 0, removed: 0, different: 0 },
    verification: { differences: 0 },
    unmanaged: { count: 0 },
    source_changes: { changes: [] },
  })
  const dropped = report.objects.flatMap(({ kind, name, dropped }) =>
    dropped.map(({ attribute }) => ({ kind, name, attribute })),
  )
  t.strictSame(
    dropped.filter(({ kind, attribute }) => fateOf(kind, attribute) !== "dropped"),
    [],
    "only attributes that docs/attributes.md lists as dropped are dropped",
  )
  for (const { kind, name, reason } of report.objects.filter(({ outcome }) => outcome === "omitted"))
    t.comment(`not copied: ${kind} ${name}: ${reason}`)
}

function fateOf(kind: string, attribute: string): string | undefined {
  return tableOf(kind as KindName)?.attributes.find(({ name }) => name === attribute)?.treatment
}
