import { spawnSync } from "node:child_process"
import { join } from "node:path"
import type { Command } from "../host/command/options.ts"
import { parseArguments } from "../host/command/parse.ts"
import { runCommand } from "../host/command/run.ts"

const root = join(import.meta.dirname, "..")

type Invocation = readonly [command: string, ...args: string[]]

const tool = (name: string, ...args: string[]): Invocation => [
  join(root, "node_modules", ".bin", name),
  ...args,
]
const script = (file: string, ...args: string[]): Invocation => [process.execPath, join(root, file), ...args]

/** What must pass before a commit lands, in the order in which it runs. */
const steps: Readonly<Record<string, Invocation>> = {
  lint: tool("biome", "ci", "--colors=off", "--error-on-warnings", "."),
  types: tool("tsc", "-p", "."),
  imports: script("scripts/imports.ts"),
  glossary: script("scripts/glossary.ts"),
  unused: tool("knip"),
  build: script("scripts/build.ts"),
  publint: tool("publint", "--strict", "dist"),
  package: script("test/package/run.ts"),
  tests: script("scripts/test.ts", "--coverage", "--slowest=10"),
}

const command = {
  name: "npm run check --",
  summary: "Runs everything that must pass before a commit lands, one step after another.",
  options: {
    "without-tests": { type: "switch", text: "Leave out the last step, the tests with coverage" },
  },
  arguments: { value: "[STEP ...]", text: "Run only these", choices: Object.keys(steps) },
  examples: ["npm run check -- --without-tests", "npm run check -- lint types"],
} as const satisfies Command

await runCommand(command, async (args) => {
  const { values, rest } = parseArguments(command, args)
  for (const [name, [executable, ...stepArgs]] of Object.entries(steps)) {
    if (rest.length > 0 ? !rest.includes(name) : name === "tests" && values["without-tests"]) continue
    process.stdout.write(`\n== ${name}\n`)
    const { status } = spawnSync(executable, stepArgs, { cwd: root, stdio: "inherit" })
    if (status !== 0) {
      process.stderr.write(`\ncheck: the step ${name} failed. To repeat it: npm run check -- ${name}\n`)
      return status ?? 1
    }
  }
  process.stdout.write("\ncheck: all steps passed.\n")
  return 0
})
