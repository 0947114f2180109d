import t from "tap"
import { extension } from "../../plugin/extension.ts"
import { withDatabase } from "../helpers/database.ts"
import { ask } from "../helpers/http.ts"
import { addressOf, startExample } from "./process.ts"

const { appName } = extension

t.test("a host serves the extensions that are not disabled and shows their public settings", (t) =>
  withDatabase(async ({ url }) => {
    for (const [title, env, status, shown] of [
      [
        "enabled",
        {},
        401,
        { [appName]: { prefix: "/api/openstack-migrations", staticRoutes: "documented" } },
      ],
      ["disabled by its name", { WALDUR_DISABLED_EXTENSIONS: JSON.stringify([appName]) }, 404, {}],
    ] as const) {
      await using host = startExample("with-extensions.ts", url, env)
      const address = await addressOf(host)
      t.equal((await ask(`${address}/api/openstack-migrations/`)).status, status, title)
      const { body } = await ask(`${address}/api/configuration/`)
      t.match(body, shown)
      t.strictSame(Object.keys(body as object), Object.keys(shown))
      t.equal(await host.end(), 0)
    }
  }),
)
