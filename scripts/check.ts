import { spawnSync } from "node:child_process"
import { join } from "node:path"

/**
 * `npm run check`: everything that must hold before a commit lands, one stage after another. `--without-tests` leaves
 * out the last one, for who runs `npm test` as well.
 */
const root = join(import.meta.dirname, "..")
const bin = (name: string) => join(root, "node_modules", ".bin", name)

const stages: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ["format and lint", bin("biome"), ["ci", "--colors=off", "--error-on-warnings", "."]],
  ["types", bin("tsc"), ["-p", "."]],
  ["unused code and dependencies", bin("knip"), []],
  ["build", process.execPath, [join(root, "scripts", "build.ts")]],
  ["package", bin("publint"), ["--strict"]],
  ["package in an empty project", process.execPath, [join(root, "test", "package", "run.ts")]],
  [
    "tests with coverage",
    process.execPath,
    [join(root, "scripts", "test.ts"), "--coverage-report=text-summary", "--no-disable-coverage"],
  ],
]

const asked = process.argv.includes("--without-tests") ? stages.slice(0, -1) : stages
for (const [name, command, args] of asked) {
  process.stdout.write(`\n== ${name}\n`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) {
    process.stderr.write(`\ncheck: "${name}" failed.\n`)
    process.exit(status ?? 1)
  }
}
process.stdout.write("\ncheck: all good.\n")
