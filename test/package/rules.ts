import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { subset } from "semver"

/** What must hold of an installed package. Each function returns what breaks its rule. */

const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"))

/** Exact versions in the manifest would keep a host from sharing a dependency. */
export function fixedVersions(folder: string): readonly string[] {
  const { dependencies, optionalDependencies, scripts } = readJson(join(folder, "package.json"))
  const fixed = Object.entries<string>(dependencies)
    .filter(([, range]) => !range.startsWith("^"))
    .map(([name, range]) => `${name}@${range}`)
  return [...fixed, ...Object.keys({ ...optionalDependencies, ...scripts })]
}

/** A host's Node that fits the package's `engines` must fit those of everything that is installed with it. */
export function unfitEngines(modules: string, name: string): readonly string[] {
  const own: string = readJson(join(modules, name, "package.json")).engines.node
  return manifestsIn(modules).flatMap((path) => {
    const { name: other, engines } = readJson(path)
    const wanted = engines?.node
    return typeof wanted !== "string" || subset(own, wanted) ? [] : [`${other} needs Node ${wanted}`]
  })
}

function manifestsIn(modules: string): readonly string[] {
  const patterns = ["**/node_modules/*/package.json", "**/node_modules/@*/*/package.json"]
  return ["*/package.json", "@*/*/package.json", ...patterns].flatMap((pattern) =>
    globSync(pattern, { cwd: modules }).map((file) => join(modules, file)),
  )
}

/** The bytes of a folder's files. */
export function sizeOf(folder: string): number {
  return globSync("**/*", { cwd: folder })
    .map((file) => statSync(join(folder, file)))
    .filter((file) => file.isFile())
    .reduce((sum, { size }) => sum + size, 0)
}

/** Relative links of a package's pages must lead to a file, and to a heading of it where they name one. */
export function brokenLinks(folder: string): readonly string[] {
  const pages = ["*.md", "docs/**/*.md"].flatMap((pattern) => globSync(pattern, { cwd: folder }))
  return pages.flatMap((page) => {
    const text = readFileSync(join(folder, page), "utf8")
    return [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
      .filter(([, link = "", heading]) => {
        const target = link === "" ? join(folder, page) : join(folder, dirname(page), link)
        if (!existsSync(target)) return true
        return heading !== undefined && target.endsWith(".md") && !headingsOf(target).includes(heading)
      })
      .map(([link]) => `${page}: ${link}`)
  })
}

/** The anchors that GitHub makes of a page's headings. */
function headingsOf(page: string): readonly string[] {
  return [...readFileSync(page, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  )
}

/** Each module must have a source map that holds the source. */
export function modulesWithoutSource(folder: string): readonly string[] {
  return globSync("{plugin,src}/**/*.js", { cwd: folder }).filter((file) => {
    const [, map] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(join(folder, file), "utf8")) ?? []
    const path = join(folder, dirname(file), map ?? "")
    if (map === undefined || !existsSync(path)) return true
    const { sources, sourcesContent = [] } = readJson(path)
    return sources.length === 0 || sources.some((_: string, at: number) => !sourcesContent[at])
  })
}
