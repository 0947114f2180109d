import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { parseSync } from "oxc-parser"
import { type Retired, retired } from "./retired.ts"

/** `npm run check -- glossary`: looks for retired names and phrases in the tree. */

export interface Hit {
  readonly file: string
  readonly line: number
  readonly found: string
  readonly use: string
}

/** What the glossary has no say in: itself, this check, how to upgrade from old names, and Waldur's own texts. */
const excluded = [
  "docs/glossary.md",
  "CHANGELOG.md",
  "scripts/retired.ts",
  "test/scripts/glossary.test.ts",
  "test/waldur/**",
]

const checked = [
  "{src,plugin,host,simulator,bench,examples,scripts,test}/**/*.{ts,js,sql,css,html}",
  "docs/**/*.md",
  "*.md",
]

/** Returns the retired names and phrases of one file. */
export function findRetired(
  file: string,
  text: string,
  groups: readonly Retired[] = retired,
): readonly Hit[] {
  const here = groups.filter(({ in: paths }) => paths === undefined || paths.some((path) => isIn(file, path)))
  const of = (as: Retired["as"]) =>
    here.filter((group) => group.as === as).flatMap(({ names }) => Object.entries(names))
  const hit = (found: string, at: number, use: string): Hit => ({ file, line: lineAt(text, at), found, use })
  const ownName = basename(file).replace(/(\.test)?\.\w+$/, "")
  const flat = oneLine(text)
  return [
    ...of("file").flatMap(([name, use]) => (name === ownName ? [hit(basename(file), 0, use)] : [])),
    ...findIdentifiers(file, text, new Map(of("identifier")), hit),
    ...of("name").flatMap(([name, use]) => find(text, `(?<![\\w-])${name}(?![\\w-])`, "g", use, hit)),
    ...of("phrase").flatMap(([phrase, use]) =>
      find(flat, `\\b${phrase.replaceAll(" ", "\\s+")}\\b`, "gi", use, hit),
    ),
  ].toSorted((one, other) => one.line - other.line)
}

type MakeHit = (found: string, at: number, use: string) => Hit

const isIn = (file: string, path: string) => file === path || file.startsWith(`${path}/`)

const lineAt = (text: string, at: number) => text.slice(0, at).split("\n").length

/** Replaces the breaks between lines of a comment or a page by spaces of the same length. */
function oneLine(text: string): string {
  return text.replaceAll(/\n[ \t]*(?:\*(?!\/)|\/\/)?/g, (gap) => " ".repeat(gap.length))
}

function find(text: string, pattern: string, flags: string, use: string, hit: MakeHit): readonly Hit[] {
  return [...text.matchAll(new RegExp(pattern, flags))].map((match) =>
    hit(match[0].replaceAll(/\s+/g, " "), match.index, use),
  )
}

function findIdentifiers(
  file: string,
  text: string,
  uses: ReadonlyMap<string, string>,
  hit: MakeHit,
): readonly Hit[] {
  if (!/\.[jt]s$/.test(file)) return []
  const hits = new Map<number, Hit>()
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    if ("type" in node && node.type === "Identifier" && "name" in node && "start" in node) {
      const name = String(node.name)
      const at = Number(node.start)
      const use = uses.get(name)
      // A shorthand property is two nodes in one place.
      if (use !== undefined) hits.set(at, hit(name, at, use))
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseSync(file, text).program)
  return [...hits.values()]
}

function checkTree(root: string): readonly Hit[] {
  const left = new Set(excluded.flatMap((pattern) => globSync(pattern, { cwd: root })))
  const files = checked
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !left.has(file))
  return files.toSorted().flatMap((file) => findRetired(file, readFileSync(join(root, file), "utf8")))
}

if (import.meta.main) {
  const hits = checkTree(join(import.meta.dirname, ".."))
  for (const { file, line, found, use } of hits)
    process.stdout.write(`${file}:${line}: "${found}" is retired; use: ${use}\n`)
  if (hits.length > 0) {
    process.stdout.write(`${hits.length} retired names and phrases; docs/glossary.md has the terms.\n`)
    process.exitCode = 1
  }
}
