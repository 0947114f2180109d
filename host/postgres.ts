import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { join, resolve } from "node:path"
import { type Account, chooseAccount, giveTo } from "./postgres/account.ts"
import { findBinaries } from "./postgres/binaries.ts"
import { sharedTemporaryFolder } from "./postgres/folders.ts"
import { initialise } from "./postgres/initialise.ts"
import { findPostmaster, stopPostmaster } from "./postgres/postmaster.ts"
import { launch } from "./postgres/server.ts"
import { startWatchdog } from "./postgres/watchdog.ts"

export interface PostgresOptions {
  /** Directory of the server's files. @default a fresh temporary directory */
  readonly directory?: string
  /** Keeps the directory when the server stops, and reuses a server that an earlier process left there. @default true where `directory` is given */
  readonly persistent?: boolean
  /** @default any free port */
  readonly port?: number
  /** Receives the server's log, line by line. */
  readonly log?: (line: string) => void
  /** Additional arguments of the server, e.g. `["-c", "work_mem=64MB"]`. */
  readonly flags?: readonly string[]
  /** Package with PostgreSQL's programs. @default the package that npm installed for this platform */
  readonly packageFolder?: string
}

export interface PostgresServer {
  /** Address of the database `postgres`, as superuser. */
  readonly url: string
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

// A temporary database is not read after a crash, so nothing has to be flushed to disk.
const NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]

/** Starts an embedded PostgreSQL server on 127.0.0.1. Only `stop()` ends it, not a signal to this process. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const persistent = options.persistent ?? options.directory !== undefined
  const account = await chooseAccount()
  const directory = await prepareDirectory(options.directory, persistent, account)
  const data = join(directory, "data")

  const running = persistent ? await reuseServer(data, options.port) : undefined
  if (running) return describe(directory, running, () => stopPostmaster(running.pid))

  const stopWatchdog = persistent ? () => undefined : startWatchdog(directory, account)
  const cleanUp = async () => {
    if (!persistent) await rm(directory, { recursive: true, force: true })
    stopWatchdog()
  }
  try {
    const binaries = await findBinaries(account, options.packageFolder)
    await initialise(directory, binaries, account)
    const settings = ["max_connections=200", ...(persistent ? [] : NOT_DURABLE)]
    const server = await launch({ binaries, account, data, settings, ...options })
    return await describe(directory, server, async () => {
      await stopPostmaster(server.pid)
      await cleanUp()
    })
  } catch (error) {
    await cleanUp()
    throw error
  }
}

async function prepareDirectory(given: string | undefined, persistent: boolean, account: Account) {
  const directory = resolve(
    given ?? (await mkdtemp(join(await sharedTemporaryFolder(), "waldur-replication-db-"))),
  )
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const files = await readdir(directory)
  const known = files.includes("password") || files.includes("password.new")
  // The directory's owner is changed below, and it may be removed in the end: it must be a directory of this server.
  if (files.length > 0 && !(persistent && known))
    throw new Error(
      `${directory} holds files of something else than an embedded PostgreSQL server. Use an empty directory.`,
    )
  await giveTo(account, directory)
  return directory
}

/** Returns the server that a killed process left running, unless another port is requested. */
async function reuseServer(data: string, port: number | undefined) {
  const deadline = AbortSignal.timeout(15_000)
  for (;;) {
    const found = await findPostmaster(data)
    if (!found) return rm(join(data, "postmaster.pid"), { force: true }).then(() => undefined)
    if (port !== undefined && port !== found.port) await stopPostmaster(found.pid)
    else if (found.ready) return found
    else await new Promise((done) => setTimeout(done, 50))
    if (deadline.aborted)
      throw new Error(`PostgreSQL (process ${found.pid}) of ${data} was not ready within 15 s`)
  }
}

async function describe(directory: string, found: { pid: number; port: number }, stop: () => Promise<void>) {
  const password = await readFile(join(directory, "password"), "utf8")
  const url = `postgres://postgres:${password}@127.0.0.1:${found.port}/postgres`
  let stopped: Promise<void> | undefined
  return {
    url,
    port: found.port,
    pid: found.pid,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}
