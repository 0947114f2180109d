import { readFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"

/** What a running server writes into its directory. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/** The live server of a data directory, also one that an earlier, killed process left behind. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(`${data}/postmaster.pid`, "utf8").catch(() => "")
  const lines = text.split("\n")
  const pid = Number(lines[0])
  if (!pid || !isAlive(pid) || !(await serves(pid, data))) return undefined
  return { pid, port: Number(lines[3]), ready: (lines[7] ?? "").startsWith("ready") }
}

/** A process that ended but was not fetched by its parent counts as ended: in a container nobody may fetch it. */
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

/** After a restart of the machine the number in an old file can belong to any other process. */
async function serves(pid: number, data: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined)
  return command === undefined ? process.platform !== "linux" : command.split("\0").includes(data)
}

/** Stops a server: politely, then without waiting for its sessions, then for good. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ["SIGINT", 15_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    if (!isAlive(pid)) return
    process.kill(pid, signal)
    for (const start = Date.now(); Date.now() - start < patienceMs; await sleep(20)) if (!isAlive(pid)) return
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end`)
}
