import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import t from "tap"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { ask } from "../helpers/http.ts"
import { ended, withMarketplace } from "./marketplace.ts"
import { migrationsOf, startExample } from "./process.ts"

t.test("a worker in another process runs the migrations of the API, and hooks run in both", (t) =>
  withMarketplace(async ({ url, rows, body }) => {
    const { token } = rows.users.owner
    const listener = new pg.Client(url)
    await listener.connect()
    await listener.query("listen migration_ended")
    try {
      await using api = startExample("api-and-worker.ts", url)
      const migrations = await migrationsOf(api)
      const created = await ask(migrations, { method: "POST", token, body })
      t.equal(created.status, 201)
      const { uuid } = created.body as MigrationDetails
      const address = `${migrations}${uuid}/`
      await sleep(1_500)
      const waiting = await ask(address, { token })
      t.match(waiting.body, { state: "CREATION_SCHEDULED" }, "without a worker the migration stays scheduled")

      const notified = once(listener, "notification")
      await using worker = startExample("worker.ts", url)
      t.match(await ended(address, `Token ${token}`), { state: "OK", dst_resource_state: "OK" })
      const [notice] = (await notified) as [pg.Notification]
      t.equal(notice.payload?.replaceAll("-", ""), uuid, "the hook ran in the worker's process")
      t.strictSame([await api.end(), await worker.end()], [0, 0], "both end with code 0 after SIGTERM")
    } finally {
      await listener.end()
    }
  }),
)

t.test("API and workers start at the same time on a database without the plugin's tables", (t) =>
  withMarketplace(async ({ url }) => {
    await using api = startExample("api-and-worker.ts", url)
    await using first = startExample("worker.ts", url)
    await using second = startExample("worker.ts", url)
    await migrationsOf(api)
    await Promise.all([first.line(/ready/), second.line(/ready/)])
    t.strictSame([await api.end(), await first.end(), await second.end()], [0, 0, 0])
  }),
)
