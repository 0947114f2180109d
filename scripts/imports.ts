import { readFileSync } from "node:fs"
import { createRequire, registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { ICruiseOptions, IForbiddenRuleType } from "dependency-cruiser"
import { rooms } from "./rooms.ts"

/**
 * Checks the imports of the tree with dependency-cruiser: the directions between the rooms of `rooms.ts`, no circle
 * (type-only imports included), no import that leads nowhere, no development dependency in what is published. Also
 * checks that docs/architecture.md names every room.
 */
const root = join(import.meta.dirname, "..")

/** Matches the paths of a room: a folder or a file. */
const pathOf = (room: string) => `^${room.replaceAll(".", "\\.")}(/|$)`

const directions: readonly IForbiddenRuleType[] = Object.entries(rooms).map(([room, allowed]) => ({
  name: `imports of ${room}`,
  comment: `${room} imports only: ${allowed.join(", ") || "nothing of other rooms"}.`,
  severity: "error",
  from: { path: pathOf(room) },
  to: { pathNot: [...[room, ...allowed].map(pathOf), "(^|/)node_modules/"], dependencyTypesNot: ["core"] },
}))

const forbidden: IForbiddenRuleType[] = [
  ...directions,
  { name: "circle", severity: "error", from: {}, to: { circular: true } },
  { name: "import that leads nowhere", severity: "error", from: {}, to: { couldNotResolve: true } },
  {
    name: "development dependency in the package",
    severity: "error",
    from: { path: "^(plugin|src)/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg"], dependencyTypesNot: ["npm-peer"] },
  },
  {
    name: "file outside of every room",
    severity: "error",
    from: { path: "\\.ts$", pathNot: [...Object.keys(rooms).map(pathOf), "(^|/)node_modules/"] },
    to: {},
  },
]

/** dependency-cruiser parses with TypeScript's API, which TypeScript 7 does not have; tap brings an older TypeScript. */
function useOlderTypeScript(): void {
  const ofTap = createRequire(createRequire(import.meta.url).resolve("tap"))
  const older = createRequire(ofTap.resolve("@tapjs/test"))
  const urls = new Map(
    ["typescript", "typescript/package.json"].map((name) => [name, pathToFileURL(older.resolve(name)).href]),
  )
  registerHooks({
    resolve(specifier, context, next) {
      const url = urls.get(specifier)
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true }
    },
  })
}

/** Returns the paths that the tree of docs/architecture.md shows, from top to bottom. */
function drawnPaths(): readonly string[] {
  const page = readFileSync(join(root, "docs", "architecture.md"), "utf8")
  const [, tree = ""] = /## Rooms\n[\s\S]*?```\n([\s\S]*?)```/.exec(page) ?? []
  const parents: string[] = []
  return tree.split("\n").flatMap((line) => {
    const depth = (/^ */.exec(line)?.[0].length ?? 0) / 2
    const names = line.match(/(?<=^ *|\/ +)[\w.-]+(?:\/|\.ts)(?= |$)/g) ?? []
    parents.splice(depth, parents.length, names.at(-1) ?? "")
    return names.map((name) => [...parents.slice(0, depth), name].join("").replace(/\/$/, ""))
  })
}

/** Returns what is wrong with the table of rooms, and where the drawing in docs/architecture.md differs from it. */
function tableFaults(): readonly string[] {
  const names = Object.keys(rooms)
  const drawn = drawnPaths()
  return names.flatMap((room, at) => {
    const imported = rooms[room] ?? []
    const shown = drawn.indexOf(room)
    const above = imported.filter((other) => other.startsWith("src/") && drawn.indexOf(other) < shown)
    return [
      ...imported
        .filter((other) => !names.slice(0, at).includes(other))
        .map((other) => `scripts/rooms.ts: ${room} imports ${other}, which does not stand above it.`),
      ...(shown === -1 ? [`docs/architecture.md does not show the room ${room}.`] : []),
      ...(room.startsWith("src/") ? above : []).map(
        (other) => `docs/architecture.md shows ${other} above ${room}, which imports it.`,
      ),
    ]
  })
}

useOlderTypeScript()
const { cruise } = await import("dependency-cruiser")
const options: ICruiseOptions = {
  baseDir: root,
  tsPreCompilationDeps: true,
  doNotFollow: { path: "node_modules" },
  enhancedResolveOptions: {
    exportsFields: ["exports"],
    conditionNames: ["import", "node", "default", "types"],
  },
  validate: true,
  ruleSet: { forbidden },
  outputType: "err",
}
const folders = [...new Set(Object.keys(rooms).map((room) => room.split("/")[0] ?? room))]
const { output, exitCode } = await cruise(folders, options)
process.stdout.write(String(output))
const faults = tableFaults()
for (const fault of faults) process.stderr.write(`${fault}\n`)
process.exitCode = exitCode > 0 || faults.length > 0 ? 1 : 0
