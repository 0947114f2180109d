import { runProgram } from "../../host/command/run.ts"
import { createSimulatedDemo } from "../../host/demo/simulated.ts"
import { buildServer } from "../../host/server.ts"
import type { Json } from "../api/json-schema.ts"
import { operationsOf } from "../api/openapi-rules.ts"
import { chromiumIsInstalled, openPage } from "./chromium.ts"

/**
 * The page of the API, as a browser without network shows it. An argument names a file for a screenshot.
 * Run by `node scripts/run.js test/browser/docs.ts`.
 */
await runProgram(async () => {
  if (!chromiumIsInstalled) {
    process.stdout.write("Left out: Chromium is not installed (Debian: apt-get install chromium).\n")
    return 0
  }
  const world = await createSimulatedDemo({ size: "small", latencyMs: 0, databaseUrl: undefined })
  const app = await buildServer({ pool: world.database.pool, worker: false })
  try {
    const url = await app.listen({ host: "127.0.0.1", port: 0 })
    const [, , screenshot] = process.argv
    if (screenshot !== undefined) await openPage(`${url}/docs/`, `--screenshot=${screenshot}`)
    return report(checksOf(await openPage(`${url}/docs/`, "--dump-dom"), app.swagger() as Json))
  } finally {
    await app.close()
    await world.close()
  }
})

type Checked = readonly [rule: string, holds: boolean]

function checksOf(dom: string, document: Json): readonly Checked[] {
  const text = dom
    .replaceAll(/<(script|style)\b.*?<\/\1>/gs, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
  const plugin = operationsOf(document).filter(({ tags }) => tags.includes("openstack-migrations"))
  return [
    ["the title is shown", text.includes("OpenStack replication")],
    ["there are operations", plugin.length > 0],
    ...plugin.map(({ id, value }): Checked => [`${id} is named`, text.includes(String(value.summary))]),
    ...plugin.map(({ id, path }): Checked => [`${id} has its path`, text.includes(path)]),
    ["the host's operations have their place", text.includes("marketplace")],
    ["the way to sign in is told", text.includes("Authorization")],
    ["parameters are described", text.includes("src_resource_uuid")],
    ["answers have examples", text.includes("CREATION_SCHEDULED")],
    ["nothing is loaded from elsewhere", !/<(script|link|img)\b[^>]*(src|href)="https?:/.test(dom)],
  ]
}

function report(checks: readonly Checked[]): number {
  const failed = checks.filter(([, holds]) => !holds)
  for (const [rule] of failed) process.stdout.write(`failed: ${rule}\n`)
  process.stdout.write(`${checks.length - failed.length} passed, ${failed.length} failed\n`)
  return failed.length === 0 ? 0 : 1
}
