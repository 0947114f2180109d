import { type ChildProcessByStdio, spawn } from "node:child_process"
import { createServer, type Socket } from "node:net"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { type Account, asAccount } from "./account.ts"
import type { Binaries } from "./binaries.ts"

export interface LaunchOptions {
  readonly binaries: Binaries
  readonly account: Account
  readonly data: string
  /** `name=value`, as in postgresql.conf. */
  readonly settings: readonly string[]
  readonly port?: number
  readonly log?: (line: string) => void
  readonly flags?: readonly string[]
}

type Child = ChildProcessByStdio<null, null, Readable>

/** Starts the server and waits until it accepts connections. */
export async function launch(options: LaunchOptions): Promise<{ pid: number; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await findFreePort())
    const child = spawnServer(options, port)
    const failure = await untilReady(child, options.log)
    if (failure === undefined && child.pid !== undefined) return { pid: child.pid, port }
    // Another process may have taken the free port meanwhile.
    if (options.port === undefined && attempt < 5 && failure?.includes("could not bind")) continue
    throw new Error(`PostgreSQL did not start on port ${port} with ${options.data}: ${failure}`)
  }
}

function spawnServer({ binaries, account, data, settings, flags = [] }: LaunchOptions, port: number): Child {
  const all = ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...settings]
  const args = ["-D", data, "-p", String(port), ...all.flatMap((setting) => ["-c", setting]), ...flags]
  return spawn(binaries.postgres, args, {
    cwd: "/",
    env: { PATH: process.env.PATH, LC_ALL: "C" },
    // A session of its own: Ctrl+C reaches the whole group, and the server must end after this process, not with it.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    ...asAccount(account),
  })
}

/** @returns why the server ended, or undefined when it is ready */
function untilReady(child: Child, log: LaunchOptions["log"]): Promise<string | undefined> {
  const lines: string[] = []
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  createInterface({ input: child.stderr }).on("line", (line) => {
    log?.(line)
    if (lines.push(line) > 20) lines.shift()
    if (!line.includes("database system is ready to accept connections")) return
    // From here on neither the child nor its log keeps this process from ending.
    child.unref()
    ;(child.stderr as unknown as Socket).unref()
    resolve(undefined)
  })
  child.on("error", (error) => resolve(error.message))
  child.on("close", (code) => resolve(lines.join("\n") || `ended with code ${code}`))
  return promise
}

function findFreePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer()
  server.on("error", reject)
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resolve(typeof address === "object" && address ? address.port : 0))
  })
  return promise
}
