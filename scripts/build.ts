import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join, posix } from "node:path"
import { publishedExample, publishedManifest, publishedPage } from "./published.ts"

/**
 * `npm run build`: makes the published package in dist/ (JavaScript, types, docs, examples, a manifest of its own).
 * The repository itself is private, so that it is not published by mistake.
 */
const root = join(import.meta.dirname, "..")
const dist = join(root, "dist")
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

function compile(): void {
  const tsc = join(root, "node_modules", ".bin", "tsc")
  const { status } = spawnSync(tsc, ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

/** A source map holds its source, under the name of a file beside it: a stack trace then shows a path in the package. */
function nameSources(): void {
  for (const file of globSync("{plugin,src}/**/*.map", { cwd: dist })) {
    const map = JSON.parse(readFileSync(join(dist, file), "utf8"))
    const sources = map.sources.map((source: string) => basename(source))
    write(file, JSON.stringify({ ...map, sources }))
  }
}

/** A link to a module leads to its declarations, which have the same documentation. */
function copyPages(): void {
  const pages = globSync(["README.md", "CHANGELOG.md", "docs/**/*.md"], { cwd: root })
  const isThere = (path: string) => pages.includes(path) || existsSync(join(dist, path))
  for (const page of pages) {
    const text = publishedPage(readFileSync(join(root, page), "utf8"), (link) =>
      [link, link.replace(/\.ts$/, ".d.ts")].find((target) => {
        const path = posix.join(posix.dirname(page), target)
        return !path.startsWith("..") && isThere(path)
      }),
    )
    write(page, text)
  }
}

function copyExamples(): void {
  for (const file of globSync("examples/*", { cwd: root })) {
    write(file, publishedExample(readFileSync(join(root, file), "utf8"), manifest.name))
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(dist, file)), { recursive: true })
  writeFileSync(join(dist, file), text)
}

rmSync(dist, { recursive: true, force: true })
compile()
nameSources()
copyFileSync(join(root, "LICENSE"), join(dist, "LICENSE"))
copyExamples()
copyPages()
write("package.json", `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`)
