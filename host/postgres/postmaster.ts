import { readFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"

/** A running server, as it describes itself in its directory. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/** Returns the running server of a data directory, even where the process that started it was killed. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(`${data}/postmaster.pid`, "utf8").catch(() => "")
  const lines = text.split("\n")
  const pid = Number(lines[0])
  if (!pid || !isAlive(pid) || !(await serves(pid, data))) return undefined
  return { pid, port: Number(lines[3]), ready: (lines[7] ?? "").startsWith("ready") }
}

/** A zombie counts as ended: in a container there may be no parent to reap it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return process.platform !== "linux"
  }
}

/** Checks the command: after a restart of the machine the id in an old file may belong to another process. */
async function serves(pid: number, data: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined)
  return command === undefined ? process.platform !== "linux" : command.split("\0").includes(data)
}

/** Stops a server: with its sessions, then without waiting for them, then by SIGKILL. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, timeoutMs] of [
    ["SIGINT", 15_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    if (!isAlive(pid)) return
    process.kill(pid, signal)
    for (const start = Date.now(); Date.now() - start < timeoutMs; await sleep(20)) if (!isAlive(pid)) return
  }
  throw new Error(`PostgreSQL (process ${pid}) did not end within 25 s`)
}
