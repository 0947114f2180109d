import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { errors } from "../src/errors.ts"
import type { WaldurExtension } from "./waldur-extension.ts"

/** Where `loadExtensions` finds extensions. */
export interface LoadOptions {
  /**
   * The host's package.json, as a path or a file URL. Of its `dependencies`, those with the keyword `waldur-extension`
   * are loaded: the export `extension` of their entry point `./extension`. @default none
   */
  readonly packages?: string | URL
  /** Extensions that the host has imported itself. They take precedence over a package of the same name. @default none */
  readonly list?: readonly WaldurExtension[]
  /** App names to exclude. @default the JSON list in the environment variable WALDUR_DISABLED_EXTENSIONS */
  readonly disabled?: readonly string[]
}

/**
 * Returns the enabled extensions of a host: assemblies last, otherwise in the order in which they are listed.
 * @throws ReplicationError INVALID_EXTENSION where a package has the keyword but exports no extension;
 * INVALID_OPTION where WALDUR_DISABLED_EXTENSIONS is not a JSON list of names
 * @example
 * ```ts
 * const extensions = await loadExtensions({ packages: new URL("../package.json", import.meta.url) })
 * for (const extension of extensions) await extension.registerIn?.(app, { pool })
 * ```
 */
export async function loadExtensions(options: LoadOptions = {}): Promise<readonly WaldurExtension[]> {
  const disabled = options.disabled ?? disabledByEnvironment()
  const found = options.packages === undefined ? [] : await findExtensions(toPath(options.packages))
  const byName = new Map<string, WaldurExtension>()
  for (const extension of [...(options.list ?? []), ...found]) {
    if (!byName.has(extension.appName)) byName.set(extension.appName, extension)
  }
  const enabled = [...byName.values()].filter(
    (extension) =>
      !disabled.includes(extension.appName) &&
      (extension.enabled?.({ disabledExtensions: disabled }) ?? true),
  )
  const isAssembly = ({ isAssembly = false }: WaldurExtension) => isAssembly
  return [...enabled.filter((extension) => !isAssembly(extension)), ...enabled.filter(isAssembly)]
}

function disabledByEnvironment(): readonly string[] {
  const text = process.env.WALDUR_DISABLED_EXTENSIONS || "[]"
  const invalid = () =>
    errors.invalidOption(`WALDUR_DISABLED_EXTENSIONS is ${text}. It must be a JSON list of app names.`)
  let names: unknown
  try {
    names = JSON.parse(text)
  } catch {
    throw invalid()
  }
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) throw invalid()
  return names
}

function toPath(file: string | URL): string {
  return String(file).startsWith("file:") ? fileURLToPath(file) : resolve(String(file))
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly keywords?: readonly string[]
  readonly exports?: Readonly<Record<string, unknown>>
}

async function readManifest(file: string): Promise<Manifest> {
  return JSON.parse(await readFile(file, "utf8"))
}

async function findExtensions(hostManifest: string): Promise<readonly WaldurExtension[]> {
  const { dependencies = {} } = await readManifest(hostManifest)
  const names = Object.keys(dependencies)
  const found = await Promise.all(names.map((name) => loadFrom(hostManifest, name)))
  return found.filter((extension) => extension !== undefined)
}

/** Returns undefined where the package is not installed or does not declare an extension. */
async function loadFrom(hostManifest: string, name: string): Promise<WaldurExtension | undefined> {
  // A package's `exports` may hide its package.json from import and require, so the file is read where they search.
  for (const folder of createRequire(hostManifest).resolve.paths(name) ?? []) {
    const file = join(folder, name, "package.json")
    const manifest = await readManifest(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw error
    })
    if (manifest === undefined) continue
    if (!manifest.keywords?.includes("waldur-extension")) return undefined
    const entry = importTarget(manifest.exports?.["./extension"])
    const loaded: { readonly extension?: WaldurExtension } =
      entry === undefined ? {} : await import(pathToFileURL(join(dirname(file), entry)).href)
    if (typeof loaded.extension?.appName === "string") return loaded.extension
    throw errors.invalidExtension(name)
  }
  return undefined
}

/** Returns the file that `import` resolves a package's export to: that of the first matching condition, as in Node. */
function importTarget(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry
  if (typeof entry !== "object" || entry === null) return undefined
  return Object.entries(entry)
    .filter(([condition]) => ["node", "import", "default"].includes(condition))
    .map(([, target]) => importTarget(target))
    .find((target) => target !== undefined)
}
