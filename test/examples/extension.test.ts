import { join } from "node:path"
import { pathToFileURL } from "node:url"
import fastify from "fastify"
import t, { type Test } from "tap"
import { extension, loadExtensions, type WaldurExtension } from "../../plugin/extension.ts"
import { prepare } from "../../plugin/start.ts"
import { withDatabase } from "../helpers/database.ts"

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

t.test("the extension has the plugin's default settings", (t) =>
  withDatabase(async ({ pool }) => {
    const { settings, ctx } = await prepare({ pool }, quiet)
    await ctx.clouds.close()
    t.match(settings, extension.settings)
  }),
)

t.test("what clients may be shown are settings that exist", async (t) => {
  for (const name of extension.publicSettings()) t.ok(name in extension.settings, name)
  t.notOk(extension.publicSettings().includes("queueSchema"), "and nothing of the inside")
})

t.test("a host that knows extensions only can prepare, serve and work", (t) =>
  withDatabase(async ({ pool }) => {
    const [found] = await loadExtensions({ list: [extension], disabled: [] })
    await found?.prepare?.({ pool, log: quiet })
    const { rows } = await pool.query("select to_regclass('openstack_replication.run') is not null as made")
    t.equal(rows[0].made, true, "its tables are made before anything starts")
    const app = fastify()
    await found?.registerIn?.(app, { pool, worker: false })
    t.equal((await app.inject("/api/openstack-migrations/")).statusCode, 401)
    const worker = await found?.startWorker?.({ pool, log: quiet })
    await worker?.stop()
    await app.close()
    t.strictSame(found?.workerTasks?.(), ["openstack_replication_stage"])
  }),
)

/** A host with one dependency of each sort. `main` says in which order package.json names them. */
function hostFolder(t: Test, main: readonly string[]): string {
  const packageOf = (manifest: object, code: string) => ({
    "package.json": JSON.stringify({ type: "module", ...manifest }),
    "entry.js": code,
  })
  const keywords = ["waldur-extension"]
  const code = (name: string, more = "") => `export const extension = { appName: "${name}" ${more} }`
  const conditional = { types: "./none.d.ts", import: "./entry.js" }
  return t.testdir({
    "package.json": JSON.stringify({ dependencies: Object.fromEntries(main.map((name) => [name, "1"])) }),
    node_modules: {
      plain: packageOf({ keywords, exports: { "./extension": "./entry.js" } }, code("plain")),
      "@scope": {
        conditional: packageOf({ keywords, exports: { "./extension": conditional } }, code("conditional")),
      },
      assembly: packageOf(
        { keywords, exports: { "./extension": { default: "./entry.js" } } },
        code("assembly", ", isAssembly: true"),
      ),
      other: packageOf({ exports: { "./extension": "./entry.js" } }, "throw new Error('must not be loaded')"),
      hollow: packageOf({ keywords, exports: { "./extension": "./entry.js" } }, "export const nothing = 1"),
      closed: packageOf({ keywords }, ""),
    },
  })
}

const names = (extensions: readonly WaldurExtension[]) => extensions.map(({ appName }) => appName)

t.test(
  "dependencies with the keyword are loaded, assemblies last, and other dependencies are not",
  async (t) => {
    const host = join(
      hostFolder(t, ["assembly", "other", "missing", "plain", "@scope/conditional"]),
      "package.json",
    )
    const expected = ["waldur_openstack_replication", "plain", "conditional", "assembly"]
    const list = [extension]
    t.strictSame(names(await loadExtensions({ packages: host, list, disabled: [] })), expected)
    t.strictSame(names(await loadExtensions({ packages: pathToFileURL(host), list, disabled: [] })), expected)
  },
)

t.test(
  "an extension that the host lists itself takes precedence over a found one of the same name",
  async (t) => {
    const host = join(hostFolder(t, ["plain"]), "package.json")
    const own = { appName: "plain" }
    const [found, ...more] = await loadExtensions({ packages: host, list: [own], disabled: [] })
    t.equal(found, own)
    t.strictSame(more, [])
  },
)

t.test("a package with the keyword and without an extension is refused by its name", async (t) => {
  for (const name of ["hollow", "closed"]) {
    const host = join(hostFolder(t, [name]), "package.json")
    await t.rejects(loadExtensions({ packages: host }), {
      code: "INVALID_EXTENSION",
      message: new RegExp(name),
    })
  }
})

t.test("an extension that is disabled by its name is not loaded", async (t) => {
  const { appName } = extension
  t.equal(extension.enabled({ disabledExtensions: [appName] }), false)
  t.equal(extension.enabled({ disabledExtensions: ["other"] }), true)
  t.equal(extension.enabled({}), true)
  const other = { appName: "other" }
  const list = [extension, other]
  t.strictSame(names(await loadExtensions({ list, disabled: [appName] })), ["other"])
  t.strictSame(names(await loadExtensions({ list, disabled: ["other"] })), [appName])
  process.env.WALDUR_DISABLED_EXTENSIONS = '["other"]'
  t.teardown(() => delete process.env.WALDUR_DISABLED_EXTENSIONS)
  t.strictSame(
    names(await loadExtensions({ list })),
    [appName],
    "the environment disables it unless the host passes a list",
  )
  t.strictSame(names(await loadExtensions({ list, disabled: [] })), [appName, "other"])
  for (const wrong of ["other", '"other"', "[1]"]) {
    process.env.WALDUR_DISABLED_EXTENSIONS = wrong
    await t.rejects(loadExtensions({ list }), { code: "INVALID_OPTION" }, `${wrong} is refused`)
  }
})
