import fastify from "fastify"
import pg from "pg"
// A host of your own imports "waldur-openstack-replication/extension".
import { extension, loadExtensions } from "../plugin/extension.ts"

// A host that loads any Waldur extension. Extensions among the dependencies of its package.json are found by their
// keyword; `list` adds others, as here, where the plugin is in the same repository as the host.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
const app = fastify({ logger: true })
const extensions = await loadExtensions({
  packages: new URL("../package.json", import.meta.url),
  list: [extension],
})
for (const loaded of extensions) await loaded.registerIn?.(app, { pool })

app.get("/api/configuration/", async () =>
  Object.fromEntries(
    extensions.map(({ appName, settings = {}, publicSettings }) => {
      const shown = publicSettings?.() ?? []
      return [appName, Object.fromEntries(shown.map((name) => [name, settings[name]]))]
    }),
  ),
)

process.once("SIGTERM", async () => {
  await app.close()
  await pool.end()
})

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT ?? 3000) })
