import { globSync, readFileSync } from "node:fs"

/** Folders whose files take long; they start first where no earlier run has measured them. */
const longFolders = ["test/chaos/", "test/replication/", "test/cloud/", "test/bench/"]

/** Milliseconds that each test file took, by its path. */
export type Durations = Readonly<Record<string, number>>

/**
 * Lists the test files whose path contains one of the parts, e.g. `test/kinds` or `rollback`; all of them without parts.
 * The longest come first, so that no long one is left for the end.
 * @param root of the project
 */
export function testFiles(
  root: string,
  parts: readonly string[],
  durations: Durations = {},
): readonly string[] {
  const files = globSync("test/**/*.test.ts", { cwd: root })
  const wanted = parts.map((part) => part.replace(/^\.\//, ""))
  const rank = (file: string) =>
    durations[file] ?? (longFolders.some((folder) => file.startsWith(folder)) ? Number.MAX_VALUE : 0)
  return files
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .toSorted((a, b) => rank(b) - rank(a) || (a < b ? -1 : 1))
}

/** Returns what an earlier run measured; nothing where there was none. */
export function readDurations(path: string): Durations {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return {}
  }
}

/** Returns how long each test file of a TAP text took. */
export function durationsOf(tap: string): Durations {
  const files = tap.matchAll(/^(?:not )?ok \d+ - (test\/\S+\.test\.ts) # time=([\d.]+)(ms|s|m)\s*$/gm)
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }
  return Object.fromEntries(
    Array.from(files, ([, file = "", time, unit = ""]) => [file, Number(time) * (factors[unit] ?? 1)]),
  )
}
