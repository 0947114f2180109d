import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { waitFor } from "../helpers/wait-for.ts"
import type { Activity, WorkerKillPoint } from "./kill-worker.ts"

/** A stop takes at most ten seconds; a busy machine may take longer. */
const stopMs = 30_000

/** The database is down for a few seconds only. */
const startMs = 120_000

/** Lines of a worker's output that are kept for a failure. */
const keptLines = 40

interface Member {
  ready: boolean
  /** It has a kill point. */
  armed: boolean
  readonly child: ChildProcess
  readonly gone: Promise<unknown>
  readonly lines: string[]
}

/** Sends a worker its kill point, or none. Returns what it has done since the last time. */
function sendPoint({ child, gone }: Member, point: WorkerKillPoint | null): Promise<Activity> {
  const reply = once(child, "message")
  child.send({ point })
  return Promise.race([
    reply.then(([activity]) => activity as Activity),
    gone.then(() => ({ responses: 0, statements: 0 })),
  ])
}

/** Worker processes on one database. A killed one is not replaced automatically. */
export class Workers {
  readonly #databaseUrl: string
  readonly #members: Member[] = []
  #stopping = false
  /** Rate limit of each cloud, in calls a second over all processes. @default the highest that the machine allows */
  requestsPerSecond: number | undefined
  /** Workers that were killed. */
  kills = 0
  /** Workers that ended by themselves, e.g. because the database was down when they started. */
  ends = 0
  /** Unexpected ends. */
  readonly faults: string[] = []

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl
  }

  get size(): number {
    return this.#members.length
  }

  /**
   * Starts a worker; starts it again while the database is down, as a service manager does.
   * @param script `host.ts`: a host whose API answers as well
   * @returns the message that it sent when it was ready: a host its address
   */
  async add(script: "worker.ts" | "host.ts" = "worker.ts"): Promise<unknown> {
    let output: readonly string[] = []
    const start = async () => {
      if (this.#stopping) return { message: undefined }
      const member = this.#spawn(script)
      const ready = once(member.child, "message").then(([message]: unknown[]) => message)
      const message = await Promise.race([ready, member.gone.then(() => undefined)])
      member.ready = message !== undefined
      output = member.lines
      return member.ready ? { message } : undefined
    }
    const what = () => `${script} to start, which printed:\n${output.join("\n")}`
    return (await waitFor(what, start, { timeoutMs: startMs, everyMs: 200 })).message
  }

  /** Kills a worker with SIGKILL, by default the oldest, and waits until it has ended. */
  async kill(index = 0): Promise<boolean> {
    const member = this.#members[index]
    if (member === undefined) return false
    this.kills += 1
    this.#forget(member)
    member.child.kill("SIGKILL")
    await member.gone
    return true
  }

  /** Sets the kill point of the only worker. */
  async arm(point: WorkerKillPoint): Promise<{ readonly dead: Promise<void> }> {
    const [member] = this.#members
    if (member === undefined) throw new Error("There is no worker to arm.")
    member.armed = true
    await sendPoint(member, point)
    return {
      dead: member.gone.then(() => {
        this.kills += 1
        this.ends -= 1
      }),
    }
  }

  /** Removes the kill point of the only worker. Returns what it has done since the last change of its point. */
  async disarm(): Promise<Activity> {
    const [member] = this.#members
    if (member === undefined) throw new Error("There is no worker to disarm.")
    member.armed = false
    return sendPoint(member, null)
  }

  /** Stops all workers with SIGTERM; one that does not exit with 0 is noted in `faults`. */
  async stop(): Promise<void> {
    this.#stopping = true
    const members = this.#members.splice(0)
    for (const { child } of members) child.kill("SIGTERM")
    await Promise.all(
      members.map(async ({ child, gone, lines, ready }) => {
        const timer = setTimeout(() => child.kill("SIGKILL"), stopMs)
        await gone
        clearTimeout(timer)
        if (ready && child.exitCode !== 0) {
          this.faults.push(
            `a worker exited after SIGTERM with ${child.exitCode ?? child.signalCode}: ${lines.slice(-3).join(" | ")}`,
          )
        }
      }),
    )
    this.#stopping = false
  }

  /** Returns the last output of the running workers. */
  lastOutput(): readonly string[] {
    return this.#members.flatMap(({ lines, child }) => lines.map((line) => `${child.pid}: ${line}`))
  }

  #spawn(script: string): Member {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, script)],
      {
        env: {
          ...process.env,
          LOG_LEVEL: "info",
          DATABASE_URL: this.#databaseUrl,
          ...(this.requestsPerSecond !== undefined && {
            CHAOS_REQUESTS_PER_SECOND: String(this.requestsPerSecond),
          }),
        },
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      },
    )
    const lines: string[] = []
    if (child.stderr) {
      createInterface({ input: child.stderr }).on("line", (line) => {
        if (lines.push(line) > keptLines) lines.shift()
      })
    }
    const member: Member = { child, lines, ready: false, armed: false, gone: once(child, "exit") }
    this.#members.push(member)
    member.gone.then(() => {
      if (!this.#members.includes(member)) return
      this.ends += 1
      this.#forget(member)
      if (member.ready && !member.armed)
        this.faults.push(`a worker ended by itself: ${lines.slice(-12).join(" | ")}`)
    })
    return member
  }

  #forget(member: Member): void {
    const index = this.#members.indexOf(member)
    if (index >= 0) this.#members.splice(index, 1)
  }
}
