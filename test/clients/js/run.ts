import { readFile, rm } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { runProgram } from "../../../host/command/run.ts"
import { startHost } from "../host.ts"
import { generateClient } from "./generate.ts"
import { type Client, type Facts, type GeneratedModule, journey } from "./journey.ts"

/**
 * `node scripts/run.js test/clients/js/run.ts`: a client for JavaScript, generated as Waldur generates its own, goes through a replication on the
 * reference host: once of what the published clients declare, and once of the host's own OpenAPI document.
 */
await runProgram(async () => {
  const ended = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort())
  const published = await readFile(join(import.meta.dirname, "../../api/published-api.json"), "utf8")

  await using host = await startHost(ended.signal)
  const facts = JSON.parse(host.line) as Facts
  const own = await (await fetch(`${facts.url}/api/schema/`, { signal: ended.signal })).json()
  for (const [name, document] of [
    ["published", JSON.parse(published)],
    ["own", own],
  ] as const) {
    process.stdout.write(`\n# the client of the ${name} document\n`)
    const folder = await generateClient(document, name, ended.signal)
    try {
      const load = createRequire(join(folder, "index.js"))
      const { client } = load("./client.gen.js") as { readonly client: Client }
      await journey(load("./index.js") as GeneratedModule, client, facts).catch((error: unknown) => {
        // What the client throws is the body of the answer.
        throw error instanceof Error ? error : new Error(JSON.stringify(error))
      })
    } finally {
      await rm(dirname(folder), { recursive: true, force: true })
    }
  }
  return 0
})
