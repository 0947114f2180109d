/** What `npm run build` makes of this repository's own files for the package that a host installs. Pure. */

export interface Manifest {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** Fields of the repository's package.json that the published one has too. */
const kept = ["name", "version", "description", "license", "type", "keywords", "engines", "peerDependencies"]

const entryPoint = (file: string) => ({ types: `./plugin/${file}.d.ts`, default: `./plugin/${file}.js` })

/**
 * Returns the published manifest. It has no Node, no development dependencies and no scripts. Dependencies are ranges
 * instead of the exact versions that this repository is tested with, so that a host may share them.
 */
export function publishedManifest(own: Manifest): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(kept.map((field) => [field, own[field]])),
    exports: { ".": entryPoint("index"), "./extension": entryPoint("extension") },
    dependencies: Object.fromEntries(
      Object.entries(own.dependencies).map(([name, version]) => [name, `^${version}`]),
    ),
  }
}

/** A link of Markdown, unless it leads to another site or to a heading of its own page. */
const relativeLink = /\[([^\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)/g

/**
 * Returns a page whose links work inside the package; a link to a file that is not there becomes its text.
 * @param resolve returns what a link of this page leads to in the package
 */
export function publishedPage(page: string, resolve: (link: string) => string | undefined): string {
  return page.replaceAll(relativeLink, (_, text: string, link: string, anchor = "") => {
    const target = resolve(link)
    return target === undefined ? text : `[${text}](${target}${anchor})`
  })
}

/** Returns an example as a host has it: the package is imported by its name. */
export function publishedExample(code: string, name: string): string {
  return code
    .replaceAll(/^\/\/ A host of your own imports.*\n/gm, "")
    .replaceAll('"../plugin/index.ts"', `"${name}"`)
    .replaceAll('"../plugin/extension.ts"', `"${name}/extension"`)
}
