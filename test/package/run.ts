import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import pg from "pg"
import { startPostgres } from "../../host/postgres.ts"
import { createWaldurTables } from "../../host/waldur/tables.ts"

/**
 * `npm run test:package`: packs what `npm run build` has made, installs it into an empty project as a host would, and
 * there compiles and runs the README's example and the extension's entry point on a real database.
 */
const root = join(import.meta.dirname, "..", "..")
const project = mkdtempSync(join(tmpdir(), "packed-"))

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

function expect(rule: string, holds: boolean): void {
  if (!holds) throw new Error(`The packed package fails: ${rule}.`)
  process.stdout.write(`ok - ${rule}\n`)
}

/** The tarball's path. */
function pack(): string {
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", project], root))
  const paths = (packed.files as { readonly path: string }[]).map(({ path }) => path)
  const foreign = paths.filter(
    (path) => !/^(dist\/(plugin|src)\/|package\.json$|README\.md$|LICENSE$)/.test(path),
  )
  expect("it holds its build and nothing else", foreign.length === 0 && paths.length > 100)
  return join(project, packed.filename)
}

/** Versions are those that this project is tested with. */
function installed(tarball: string): void {
  const { devDependencies, dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const wanted = { ...devDependencies, ...dependencies }
  const names = ["fastify", "pg", "typescript", "@types/node", "@types/pg"]
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const versions = names.map((name) => `${name}@${wanted[name]}`)
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
  run("npm", ["install", ...quiet, tarball, ...versions], project)
}

/** The README's example, at any free port. */
function readmeExample(): string {
  const [, text = ""] =
    /## Mount it\n\n```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? []
  expect("the README's example is of 25 lines at most", text !== "" && text.trim().split("\n").length <= 25)
  return text.replace("port: 3000", "port: 0")
}

const extensionExample = `
import fastify from "fastify"
import pg from "pg"
import { startWorker, type Hooks, type ReplicationOptions } from "waldur-openstack-replication"
import { extension } from "waldur-openstack-replication/extension"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const hooks: Hooks = { migration: [({ instance }) => void instance.uuid] }
const options: ReplicationOptions = { pool, hooks, worker: false }
const app = fastify()
await extension.registerIn(app, options)
await app.ready()
const worker = await startWorker(options)
const { statusCode } = await app.inject("/api/openstack-migrations/")
await worker.stop()
await app.close()
await pool.end()
console.log(extension.appName, statusCode)
`

const compilerOptions = {
  module: "nodenext",
  target: "es2024",
  strict: true,
  noEmit: true,
  types: ["node"],
}

async function firstAnswer(databaseUrl: string): Promise<Response> {
  const child = spawn(process.execPath, ["readme.ts"], {
    cwd: project,
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const closed = once(child, "close")
  try {
    for await (const line of createInterface(child.stdout)) {
      const [url] = /http:\/\/[^"]+:\d+/.exec(line) ?? []
      if (url !== undefined) return await fetch(`${url}/api/openstack-migrations/`)
    }
    throw new Error(`The README's example ended with ${child.exitCode}.`)
  } finally {
    child.kill()
    await closed
  }
}

const postgres = await startPostgres()
try {
  const client = new pg.Client(postgres.url)
  await client.connect()
  await createWaldurTables(client)
  await client.end()

  installed(pack())
  writeFileSync(join(project, "readme.ts"), readmeExample())
  writeFileSync(join(project, "extension.ts"), extensionExample)
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }))
  run(join(project, "node_modules", ".bin", "tsc"), ["-p", "."], project)
  expect("its types suit a strict host, libraries checked too", true)

  const answer = await firstAnswer(postgres.url)
  const body = await answer.text()
  expect(
    "the README's example serves the migrations",
    answer.status === 401 && body.includes("Authentication credentials were not provided."),
  )
  process.env.DATABASE_URL = postgres.url
  const told = run(process.execPath, ["extension.ts"], project).trim()
  expect("the extension registers itself", told === "waldur_openstack_replication 401")
} finally {
  await postgres.stop()
  rmSync(project, { recursive: true, force: true })
}
