import { mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { privateFolder, run } from "../environment.ts"

/**
 * Waldur's client for JavaScript is generated code, of which no release is to be had from npm. So it is generated here as it is there: by the same generator in the
 * same version, with the same settings, of the same operations.
 */
const generator = ["@hey-api/openapi-ts@0.97.3", "typescript@5.9.3"] as const

const settings = (input: string, output: string) => `
import { createClient } from "@hey-api/openapi-ts"
await createClient({
  input: ${JSON.stringify(input)},
  output: ${JSON.stringify(output)},
  logs: { level: "error" },
  plugins: ["@hey-api/sdk", { name: "@hey-api/client-fetch", throwOnError: true }, "@hey-api/typescript"],
  parser: { transforms: { readWrite: { enabled: false } } },
})
`

/** Generates a client of an OpenAPI document, and answers the path of its module. @throws Error that says what failed */
export async function generateClient(document: unknown, name: string, signal: AbortSignal): Promise<string> {
  const tools = await installGenerator(signal)
  const folder = await mkdtemp(join(tools, `${name}-`))
  const input = join(folder, "openapi.json")
  await writeFile(input, JSON.stringify(document))
  await writeFile(join(folder, "generate.mjs"), settings(input, join(folder, "source")))
  await orThrow(run(process.execPath, ["generate.mjs"], signal, folder))
  const target = ["--target", "es2022", "--module", "commonjs", "--moduleResolution", "node10", "--strict"]
  const output = ["--lib", "es2022,dom,dom.iterable", "--outDir", "made"]
  const tsc = join(tools, "node_modules", "typescript", "lib", "tsc.js")
  const sources = ["source/index.ts", "source/client.gen.ts"]
  await orThrow(run(process.execPath, [tsc, ...target, ...output, ...sources], signal, folder))
  await writeFile(join(folder, "made", "package.json"), '{"type":"commonjs"}')
  return join(folder, "made")
}

/** The generator in a folder of its own: it wants a TypeScript of its own, too. Made once. */
async function installGenerator(signal: AbortSignal): Promise<string> {
  const folder = await privateFolder()
  const wanted = join(folder, generator.join("+").replaceAll(/[@/]/g, "-"))
  if (await stat(wanted).catch(() => undefined)) return wanted
  process.stderr.write(`Installing ${generator.join(" and ")} into ${wanted} …\n`)
  // Made aside and then moved, so that none is ever half made.
  const fresh = await mkdtemp(join(folder, "new-"))
  try {
    await writeFile(join(fresh, "package.json"), '{"private":true}')
    const quiet = ["--no-audit", "--no-fund", "--save-exact", "--loglevel=error"]
    await orThrow(run("npm", ["install", ...quiet, ...generator], signal, fresh))
    await rename(fresh, wanted).catch((error: NodeJS.ErrnoException) => {
      // Another run was first.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return wanted
}

async function orThrow(outcome: ReturnType<typeof run>): Promise<void> {
  const { ok, output } = await outcome
  if (!ok) throw new Error(output)
}
