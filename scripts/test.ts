import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Command } from "../host/command/options.ts"
import { parseArguments } from "../host/command/parse.ts"
import { runCommand } from "../host/command/run.ts"
import { UsageError } from "../host/command/usage-error.ts"
import { failuresOf } from "./failures.ts"
import { durationsOf, readDurations, testFiles } from "./test-files.ts"
import { startTestServer } from "./test-server.ts"

const root = join(import.meta.dirname, "..")
const tap = join(root, "node_modules", ".bin", "tap")
const state = join(root, ".tap")
/** Several runs may go on at once in one tree. */
const output = join(state, `run-${process.pid}.tap`)
const durationsFile = join(state, "durations.json")

const command = {
  name: "npm test --",
  summary: "Runs the tests on a PostgreSQL of their own, the longest test files first.",
  options: {
    jobs: { type: "number", value: "NUMBER", text: "Test files at a time", max: 64, default: 2 },
    grep: { type: "text", value: "PATTERN", text: "Run only the tests whose title matches, e.g. /rollback/" },
    bail: { type: "switch", text: "Stop at the first failure" },
    coverage: { type: "switch", text: "Measure which lines run, and print a summary" },
    slowest: {
      type: "number",
      value: "NUMBER",
      text: "Print the slowest test files",
      max: 1_000,
      default: 0,
    },
  },
  arguments: { value: "[PART ...]", text: "Files, folders or parts of paths of test files to run" },
  environment: {
    TEST_DATABASE_URL: "Use this PostgreSQL server (as a superuser) instead of starting one",
    LOG_LEVEL: "Level of the logs of the hosts under test (default: silent)",
    SEED: "First number of the random tests of test/chaos (default: 1)",
    RUNS: "Number of random tenants to copy, of random requests to send (default: a few)",
  },
  examples: ["npm test", "npm test -- test/kinds", "npm test -- rollback --jobs=1"],
} as const satisfies Command

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(tap, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } })
  const [code] = (await once(child, "exit")) as [number | null]
  return code ?? 1
}

/** Returns when a file was written; 0 where there is none. */
function timeOf(path: string): number {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

/** Builds tap's plugins again after an installation: tap keeps them in .tap, and what it builds in node_modules. */
async function buildTap(): Promise<void> {
  mkdirSync(state, { recursive: true })
  const built = join(state, "built")
  const installed = timeOf(join(root, "node_modules", ".package-lock.json"))
  if (timeOf(built) > Math.max(installed, timeOf(join(root, ".taprc")))) return
  if ((await run(["build"])) !== 0) throw new Error("tap could not build its plugins; npm ci repairs them.")
  writeFileSync(built, "")
}

/** Reads the last line of tap's output such as `# { total: 9, pass: 7, fail: 1, skip: 1 }`. */
function summaryOf(text: string): string {
  const summary = text.match(/^# \{ total: .*\}$/gm)?.at(-1) ?? ""
  const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(summary)?.[1] ?? 0)
  const skipped = count("skip") + count("todo")
  return `${count("pass")} passed, ${count("fail")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`
}

/** Prints in plain lines what tap draws over itself: failures, the slowest files and the numbers of tests. */
function report(text: string, slowest: number): void {
  for (const failure of failuresOf(text)) process.stdout.write(`\nfailed: ${failure}\n`)
  const durations = durationsOf(text)
  writeFileSync(durationsFile, JSON.stringify({ ...readDurations(durationsFile), ...durations }))
  const ranking = Object.entries(durations).toSorted(([, a], [, b]) => b - a)
  for (const [file, ms] of ranking.slice(0, slowest))
    process.stdout.write(`${(ms / 1_000).toFixed(1).padStart(6)} s  ${file}\n`)
  process.stdout.write(summaryOf(text))
}

await runCommand(command, async (args) => {
  const { values, rest } = parseArguments(command, args)
  const files = testFiles(root, rest, readDurations(durationsFile))
  if (files.length === 0) throw new UsageError(`No test file matches ${rest.join(" ")}.`)
  const own = process.env.TEST_DATABASE_URL === undefined ? await startTestServer() : undefined
  try {
    await buildTap()
    const options = [
      `--jobs=${values.jobs}`,
      ...(values.grep === undefined ? [] : [`--grep=${values.grep}`]),
      ...(values.bail ? ["--bail"] : []),
      ...(values.coverage ? ["--no-disable-coverage", "--coverage-report=text-summary"] : []),
    ]
    const code = await run(["run", "--reporter=terse", `--output-file=${output}`, ...options, ...files], {
      TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? own?.url,
      // Tests provoke faults; LOG_LEVEL=warn shows what the hosts log then.
      LOG_LEVEL: process.env.LOG_LEVEL ?? "silent",
      // Compiled code that comes from a cache has less precise coverage.
      ...(!values.coverage && { NODE_COMPILE_CACHE: join(state, "compile-cache") }),
    })
    report(readFileSync(output, "utf8"), values.slowest)
    renameSync(output, join(state, "last.tap"))
    return code
  } finally {
    await own?.stop()
  }
})
