import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import pg from "pg"
import { startPostgres } from "../../host/postgres.ts"
import { createWaldurTables } from "../../host/waldur/tables.ts"
import { extensionExample, sourceMapExample } from "./examples.ts"
import { olderNode, pretendedVersion } from "./old-node.ts"
import { brokenLinks, fixedVersions, modulesWithoutSource, sizeOf, unfitEngines } from "./rules.ts"

/**
 * `npm run test:package`: packs what `npm run build` has made and installs it as a host would, alone and beside its peer.
 * Checks what was installed, and compiles and runs the README's example and the extension's entry point on a real
 * database.
 */
const root = join(import.meta.dirname, "..", "..")
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
const name: string = manifest.name
const folder = mkdtempSync(join(tmpdir(), "packed-"))
const alone = join(folder, "alone")
const host = join(folder, "host")

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

function expect(rule: string, holds: boolean, details: readonly string[] = []): void {
  if (!holds) throw new Error([`The packed package fails: ${rule}.`, ...details].join("\n  "))
  process.stdout.write(`ok - ${rule}\n`)
}

function expectNone(rule: string, faults: readonly string[]): void {
  expect(rule, faults.length === 0, faults)
}

/** The tarball's path. */
function pack(): string {
  expect("the repository itself is not published by mistake", manifest.private === true)
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder, "./dist"], root))
  const paths = (packed.files as { readonly path: string }[]).map(({ path }) => path)
  const built =
    /^((plugin|src)\/.*\.(js|js\.map|d\.ts)|docs\/.*\.md|examples\/.*|(README|CHANGELOG)\.md|LICENSE|package\.json)$/
  const others = paths.filter((path) => !built.test(path))
  expect("it holds its build and nothing else", others.length === 0 && paths.length > 100, others)
  return join(folder, packed.filename)
}

function install(project: string, packages: readonly string[], options: readonly string[] = []): void {
  mkdirSync(project)
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
  run("npm", ["install", ...quiet, ...options, ...packages], project)
}

function checkInstalled(tarball: string): void {
  install(alone, [tarball], ["--legacy-peer-deps"])
  const modules = join(alone, "node_modules")
  const installed = join(modules, name)
  expect("it brings no Node of its own", !existsSync(join(modules, ".bin", "node")))
  const megabytes = sizeOf(modules) / 1e6
  expect(
    `without its peer it takes less than 60 MB (${megabytes.toFixed(0)} MB)`,
    megabytes < 60 && !existsSync(join(modules, "fastify")),
  )
  expectNone(
    "its dependencies are ranges, and there is nothing to run or to leave out",
    fixedVersions(installed),
  )
  expectNone("its engines fit every dependency", unfitEngines(modules, name))
  expectNone("links of its pages lead to files and headings in it", brokenLinks(installed))
  expectNone("its source maps hold their sources", modulesWithoutSource(installed))
}

/** The first import of each entry point is refused in one line, before a dependency fails. */
function checkOlderNode(): void {
  const minimum = /\d+\.\d+/.exec(manifest.engines.node)?.[0]
  const older = olderNode(`${minimum}.0`)
  const [command, options] =
    older === undefined ? [process.execPath, ["--import", pretendedVersion("20.1.0")]] : [older, []]
  for (const entry of [name, `${name}/extension`]) {
    const { status, stderr } = spawnSync(
      command,
      [...options, "--input-type=module", "-e", `import "${entry}"`],
      {
        cwd: alone,
        encoding: "utf8",
      },
    )
    expect(
      `an older Node (${older ?? "pretended"}) is refused in one line by ${entry}`,
      status !== 0 && stderr.includes(`Error: ${name} needs Node.js ${minimum} or newer`),
      [stderr],
    )
  }
}

/** Versions are those that this project is tested with. */
function installBesidePeer(tarball: string): void {
  const tested = { ...manifest.devDependencies, ...manifest.dependencies }
  const names = ["fastify", "pg", "typescript", "@types/node", "@types/pg"]
  install(host, [tarball, ...names.map((other) => `${other}@${tested[other]}`)])
}

/** The README's example, at any free port. */
function readmeExample(): string {
  const [, text = ""] =
    /## Mount it\n\n```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? []
  expect("the README's example is of 25 lines at most", text !== "" && text.trim().split("\n").length <= 25)
  return text.replace("port: 3000", "port: 0")
}

const compilerOptions = {
  module: "nodenext",
  target: "es2024",
  strict: true,
  noEmit: true,
  types: ["node"],
}

async function firstAnswer(databaseUrl: string): Promise<Response> {
  const child = spawn(process.execPath, ["readme.ts"], {
    cwd: host,
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

async function checkExamples(databaseUrl: string): Promise<void> {
  writeFileSync(join(host, "readme.ts"), readmeExample())
  writeFileSync(join(host, "extension.ts"), extensionExample)
  writeFileSync(join(host, "source-map.ts"), sourceMapExample)
  writeFileSync(join(host, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }))
  run(join(host, "node_modules", ".bin", "tsc"), ["-p", "."], host)
  expect("its types suit a strict host, libraries checked too", true)

  const answer = await firstAnswer(databaseUrl)
  const body = await answer.text()
  expect(
    "the README's example serves the migrations",
    answer.status === 401 && body.includes("Authentication credentials were not provided."),
  )
  process.env.DATABASE_URL = databaseUrl
  const printed = run(process.execPath, ["extension.ts"], host).trim()
  expect("the extension registers itself", printed === "waldur_openstack_replication 401", [printed])
  const stack = run(process.execPath, ["--enable-source-maps", "source-map.ts"], host)
  expect("a stack trace names the sources", stack.includes(`${name}/plugin/start.ts:`), [stack])
}

const postgres = await startPostgres()
try {
  const client = new pg.Client(postgres.url)
  await client.connect()
  await createWaldurTables(client)
  await client.end()
  const tarball = pack()
  checkInstalled(tarball)
  checkOlderNode()
  installBesidePeer(tarball)
  await checkExamples(postgres.url)
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
