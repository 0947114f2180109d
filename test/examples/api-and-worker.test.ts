import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import t from "tap"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { ask } from "../helpers/http.ts"
import { ended, withMarketplace } from "./marketplace.ts"
import { migrationsOf, startExample } from "./process.ts"

t.test(
  "the API of one process is served by the worker of another, and hooks hear of what either saves",
  (t) =>
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
        t.match(waiting.body, { state: "CREATION_SCHEDULED" }, "without a worker the request waits")

        const heard = once(listener, "notification")
        await using worker = startExample("worker.ts", url)
        t.match(await ended(address, `Token ${token}`), { state: "OK", dst_resource_state: "OK" })
        const [notice] = (await heard) as [pg.Notification]
        t.equal(notice.payload?.replaceAll("-", ""), uuid, "the hook ran in the worker's process")
        t.strictSame([await api.end(), await worker.end()], [0, 0], "both end when they are told to")
      } finally {
        await listener.end()
      }
    }),
)

t.test("API and workers may be started all at once on a database that the plugin has not seen", (t) =>
  withMarketplace(async ({ url }) => {
    await using api = startExample("api-and-worker.ts", url)
    await using first = startExample("worker.ts", url)
    await using second = startExample("worker.ts", url)
    await migrationsOf(api)
    await Promise.all([first.line(/ready/), second.line(/ready/)])
    t.strictSame([await api.end(), await first.end(), await second.end()], [0, 0, 0])
  }),
)
