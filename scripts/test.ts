import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startPostgres } from "../host/postgres.ts"
import { failuresOf } from "./failures.ts"

/**
 * `npm test`: one embedded PostgreSQL for all test files, then tap. Arguments go to tap: files, or `--coverage`.
 * TEST_DATABASE_URL (a superuser's) makes it use another server.
 */
const root = join(import.meta.dirname, "..")
const tap = join(root, "node_modules", ".bin", "tap")
const output = join(root, ".tap", "last.tap")

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } })
  const [code] = (await once(child, "exit")) as [number | null]
  return code ?? 1
}

/** When a file was written; 0 where there is none. */
function timeOf(path: string): number {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

/** tap ends its output with a line such as `# { total: 9, pass: 7, fail: 1, skip: 1 }`. */
function countsOf(text: string): readonly [passed: number, failed: number, skipped: number] {
  const summary = text.match(/^# \{ total: .*\}$/gm)?.at(-1) ?? ""
  const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(summary)?.[1] ?? 0)
  return [count("pass"), count("fail"), count("skip") + count("todo")]
}

const own = process.env.TEST_DATABASE_URL === undefined ? await startPostgres() : undefined
try {
  // tap keeps its plugins in .tap, and what it builds of them in node_modules, which npm ci makes anew.
  mkdirSync(join(root, ".tap"), { recursive: true })
  const built = join(root, ".tap", "built")
  if (timeOf(built) < timeOf(join(root, "node_modules", ".package-lock.json"))) {
    await run(tap, ["build"])
    writeFileSync(built, "")
  }
  rmSync(output, { force: true })
  const args = ["run", "--reporter=terse", `--output-file=${output}`, ...process.argv.slice(2)]
  const code = await run(tap, args, {
    TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? own?.url,
    // Tests provoke faults on purpose; LOG_LEVEL=warn shows what the hosts then say.
    LOG_LEVEL: process.env.LOG_LEVEL ?? "silent",
  })
  const text = readFileSync(output, "utf8")
  // What tap shows is drawn over as it goes on; who reads a log needs it once more, in plain lines.
  for (const failure of failuresOf(text)) process.stdout.write(`\nfailed: ${failure}\n`)
  const [passed, failed, skipped] = countsOf(text)
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`)
  process.exitCode = code
} finally {
  await own?.stop()
}
