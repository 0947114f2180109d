import { readFile } from "node:fs/promises"
import { join } from "node:path"
import t from "tap"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { ask } from "../helpers/http.ts"
import { ended, withMarketplace } from "./marketplace.ts"
import { migrationsOf, startExample } from "./process.ts"

t.test("the smallest host replicates a tenant and ends with code 0 after SIGTERM", (t) =>
  withMarketplace(async ({ url, rows, body }) => {
    await using host = startExample("smallest-host.ts", url)
    const migrations = await migrationsOf(host)
    const { token } = rows.users.owner
    const created = await ask(migrations, { method: "POST", token, body })
    t.equal(created.status, 201)
    const { uuid } = created.body as MigrationDetails
    t.match(await ended(`${migrations}${uuid}/`, `Token ${token}`), {
      state: "OK",
      dst_resource_state: "OK",
      error_message: "",
    })
    t.equal(await host.end(), 0)
  }),
)

t.test("the smallest host has at most 25 lines", async (t) => {
  const text = await readFile(join(import.meta.dirname, "../../examples/smallest-host.ts"), "utf8")
  t.ok(text.trimEnd().split("\n").length <= 25)
})
