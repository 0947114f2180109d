import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { environment } from "./command.ts"

export interface DaemonCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A pid may have been reused; together with the start time it is unique. */
interface Birth {
  readonly pid: number
  readonly started: string
}

/** The background processes of one cloud, by name. Those that run are recorded in its directory. */
export interface Daemons {
  /** @param outlive whether it continues when this process ends */
  start(name: string, command: DaemonCommand, outlive: boolean): Promise<void>
  isAlive(name: string): Promise<boolean>
  logOf(name: string): string
  stop(name: string): Promise<void>
  /** Stops all, the last started first. */
  stopAll(): Promise<void>
  alive(): Promise<readonly string[]>
}

export function daemonsOf(directory: string): Daemons {
  const notes = join(directory, "run")
  const logOf = (name: string) => join(directory, "log", `${name}.out`)
  const noted = async () => {
    const names = (await readdir(notes).catch(() => [])).sort()
    return names.map((file) => ({ file: join(notes, file), name: file.replace(/^\d+-/, "") }))
  }
  const find = async (name: string) => {
    const note = (await noted()).find((one) => one.name === name)
    if (note === undefined) return undefined
    const [pid = "", started = ""] = (await readFile(note.file, "utf8")).split(" ")
    return { ...note, pid: Number(pid), started }
  }
  const daemons: Daemons = {
    logOf,
    async start(name, { program, args, env }, outlive) {
      const leash = outlive ? [] : ["--pdeathsig", "TERM"]
      const log = await open(logOf(name), "a", 0o600)
      // Detached: an interrupt from the terminal is handled by this process, which stops them in order.
      const child = spawn("/usr/bin/setpriv", [...leash, program, ...args], {
        cwd: "/",
        env: { ...environment, ...env },
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
      })
      await once(child, "spawn")
      await log.close()
      child.unref()
      const order = String((await noted()).length).padStart(2, "0")
      await mkdir(notes, { recursive: true })
      await writeFile(join(notes, `${order}-${name}`), `${child.pid} ${await startOf(child.pid)}`)
    },
    async isAlive(name) {
      const found = await find(name)
      return found !== undefined && lives(found)
    },
    async stop(name) {
      const found = await find(name)
      if (found === undefined) return
      await end(found)
      await rm(found.file, { force: true })
    },
    async stopAll() {
      for (const { name } of (await noted()).reverse()) await daemons.stop(name)
    },
    async alive() {
      const names = (await noted()).map(({ name }) => name)
      const alive = await Promise.all(names.map(daemons.isAlive))
      return names.filter((_, index) => alive[index])
    },
  }
  return daemons
}

/** Sends SIGTERM to a process, and SIGKILL to its group at a deadline. */
async function end(birth: Birth): Promise<void> {
  if (await lives(birth)) process.kill(birth.pid, "SIGTERM")
  for (let look = 0; await lives(birth); look++) {
    if (look === 200) process.kill(-birth.pid, "SIGKILL")
    await sleep(100)
  }
}

async function lives({ pid, started }: Birth): Promise<boolean> {
  return started !== "" && (await startOf(pid)) === started
}

/** Returns when a process was started, in ticks of the kernel; empty where it has ended or is a zombie. */
async function startOf(pid: number | undefined): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  // The second field is a name that may contain anything; after it, the state comes first and the start time twentieth.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields[0] === "Z" ? "" : (fields[19] ?? "")
}
