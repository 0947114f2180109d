import { readFileSync } from "node:fs"
import { parseDocument } from "yaml"
import { UsageError } from "../command/usage-error.ts"
import { type Definition, isMapping, type NamedDefinition } from "./definition.ts"
import { environmentCloud } from "./environment.ts"
import { findCloudFiles, folders, type Place } from "./files.ts"

/**
 * Returns the definitions of the named clouds, from clouds.yaml merged with secure.yaml, and from the OS_* variables.
 * @throws UsageError in one line; it contains nothing of the files' content
 */
export function loadDefinitions(
  names: readonly string[],
  file: string | undefined,
  place: Place,
): readonly NamedDefinition[] {
  const files = findCloudFiles(file, place)
  const known = new Map<string, NamedDefinition>()
  if (files.clouds !== undefined) {
    const secrets = files.secure === undefined ? {} : readClouds(files.secure)
    const merged = merge(readClouds(files.clouds), secrets)
    for (const [name, definition] of Object.entries(merged)) {
      if (!isMapping(definition)) throw new UsageError(`Cloud "${name}" of ${files.clouds} is not a mapping.`)
      known.set(name, { name, definition, origin: files.clouds })
    }
  }
  const environment = environmentCloud(place.env)
  if (environment !== undefined) {
    const { name } = environment
    if (known.has(name)) {
      throw new UsageError(
        `${files.clouds} has a cloud "${name}", which is also the name of the cloud of the OS_* variables. Set OS_CLOUD_NAME to another name.`,
      )
    }
    known.set(name, environment)
  }
  return names.map((name) => {
    const found = known.get(name)
    if (found === undefined) throw new UsageError(unknownCloud(name, [...known.keys()], files.clouds, place))
    return found
  })
}

function unknownCloud(
  name: string,
  known: readonly string[],
  file: string | undefined,
  place: Place,
): string {
  const names = known.length === 0 ? "none" : known.join(", ")
  if (file !== undefined) return `There is no cloud "${name}" in ${file}. It has: ${names}.`
  const where = `No clouds.yaml was found in ${folders(place).join(", ")}`
  return known.length === 0
    ? `${where}, and no OS_* variables are set: name a file with --clouds.`
    : `${where}. The cloud of the OS_* variables is named "${names}".`
}

/** @throws UsageError */
function readClouds(path: string): Definition {
  const content = parse(path)
  if (!isMapping(content)) throw new UsageError(`${path} is not a mapping with a key "clouds".`)
  if (!isMapping(content.clouds)) throw new UsageError(`${path} has no key "clouds" with a mapping.`)
  return content.clouds
}

function parse(path: string): unknown {
  const document = parseDocument(read(path), { schema: "failsafe", merge: true, prettyErrors: true })
  const [error] = document.errors
  if (error !== undefined) {
    // The parser's message quotes the line, which may hold a password.
    const [at] = error.linePos ?? []
    const where = at === undefined ? "" : ` at line ${at.line}, column ${at.col}`
    const what = error.code.toLowerCase().replaceAll("_", " ")
    throw new UsageError(`${path} is not valid YAML${where}: ${what}.`)
  }
  try {
    return document.toJS()
  } catch {
    throw new UsageError(`${path} is not valid YAML: it has an alias without its anchor.`)
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
    throw new UsageError(`${path} cannot be read (${code}).`)
  }
}

/** Merges mappings key by key, at any depth. For other values the later one counts. */
function merge(base: Definition, over: Definition): Definition {
  const merged = Object.entries(over).map(([key, value]) => {
    const before = base[key]
    return [key, isMapping(before) && isMapping(value) ? merge(before, value) : value]
  })
  return { ...base, ...Object.fromEntries(merged) }
}
