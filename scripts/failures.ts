/** Lines of explanation that are kept of a failure: its place, its stack and the beginning of its difference. */
const keptLines = 40

/**
 * The failed assertions of a TAP text, each with the names of the tests around it and its explanation. A test that
 * failed only because something inside it failed is left out.
 */
export function failuresOf(tap: string): readonly string[] {
  const lines = tap.split("\n")
  const around: string[] = []
  const paths: string[] = []
  const failures: string[] = []
  for (const [at, line] of lines.entries()) {
    const depth = (/^ */.exec(line)?.[0].length ?? 0) / 4
    const subtest = /^ *# Subtest: (.*)$/.exec(line)?.[1]
    if (subtest !== undefined) around.splice(depth, around.length, subtest)
    const failed = /^ *not ok \d+ - (.*?)(?: # time=.*)?$/.exec(line)?.[1]
    if (failed === undefined || / # (?:SKIP|TODO)/i.test(failed)) continue
    const path = [...around.slice(0, depth), failed].join(" > ")
    if (paths.at(-1)?.startsWith(`${path} > `)) continue
    paths.push(path)
    failures.push([path, ...explanationAfter(lines, at)].join("\n"))
  }
  return failures
}

/** TAP explains a result in a block of YAML between `---` and `...`. */
function explanationAfter(lines: readonly string[], at: number): readonly string[] {
  if (lines[at + 1]?.trim() !== "---") return []
  const length = lines.slice(at + 2).findIndex((line) => line.trim() === "...")
  return lines.slice(at + 2, at + 2 + Math.min(length, keptLines))
}
