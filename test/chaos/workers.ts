import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import type { Death, Done } from "./kill-worker.ts"

/** A polite stop takes at most ten seconds; a busy machine may need a while more. */
const stopMs = 30_000

/** What a worker said last, for whoever looks into a failure. */
const keptLines = 40

interface Member {
  ready: boolean
  /** It was told where to die. */
  doomed: boolean
  readonly child: ChildProcess
  readonly gone: Promise<unknown>
  readonly lines: string[]
}

function tell({ child, gone }: Member, death: Death | null): Promise<Done> {
  const told = once(child, "message")
  child.send({ death })
  return Promise.race([told.then(([done]) => done as Done), gone.then(() => ({ answers: 0, statements: 0 }))])
}

/** Worker processes on one database. One that is killed is not replaced by itself. */
export class Fleet {
  readonly #databaseUrl: string
  readonly #members: Member[] = []
  #stopping = false
  /** The pace of each cloud for all of them together, in calls a second; else as fast as it goes. */
  pace: number | undefined
  /** Workers that were killed. */
  kills = 0
  /** Workers that ended by themselves, e.g. because they were started while there was no database. */
  ends = 0
  /** What was not as it has to be. */
  readonly faults: string[] = []

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl
  }

  get size(): number {
    return this.#members.length
  }

  /**
   * Starts one more; tries again while there is no database, as a supervisor of services does.
   * @param script `host.ts`: a host whose API answers as well
   * @returns what it said when it was ready: a host its address
   */
  async add(script: "worker.ts" | "host.ts" = "worker.ts"): Promise<unknown> {
    while (!this.#stopping) {
      const member = this.#spawn(script)
      const said = once(member.child, "message").then(([message]: unknown[]) => message)
      const first = await Promise.race([said, member.gone.then(() => undefined)])
      member.ready = first !== undefined
      if (member.ready) return first
      await sleep(200)
    }
    return undefined
  }

  /** Kills one with SIGKILL, the oldest first, and waits until it is gone. */
  async kill(index = 0): Promise<boolean> {
    const member = this.#members[index]
    if (member === undefined) return false
    this.kills += 1
    this.#forget(member)
    member.child.kill("SIGKILL")
    await member.gone
    return true
  }

  /** Tells the only worker where to die. */
  async doom(death: Death): Promise<{ readonly dead: Promise<void> }> {
    const [member] = this.#members
    if (member === undefined) throw new Error("there is no worker to die")
    member.doomed = true
    await tell(member, death)
    return {
      dead: member.gone.then(() => {
        this.kills += 1
        this.ends -= 1
      }),
    }
  }

  /** Lets the only worker live; answers what it has done since it was told last. */
  async spare(): Promise<Done> {
    const [member] = this.#members
    if (member === undefined) throw new Error("there is no worker to live")
    member.doomed = false
    return tell(member, null)
  }

  /** Asks all to stop, which has to be clean. */
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
            `a worker that was asked to stop ended with ${child.exitCode ?? child.signalCode}: ${lines.slice(-3).join(" | ")}`,
          )
        }
      }),
    )
    this.#stopping = false
  }

  /** What the living workers said last. */
  lastWords(): readonly string[] {
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
          ...(this.pace !== undefined && { CHAOS_PACE: String(this.pace) }),
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
    const member: Member = { child, lines, ready: false, doomed: false, gone: once(child, "exit") }
    this.#members.push(member)
    member.gone.then(() => {
      if (!this.#members.includes(member)) return
      this.ends += 1
      this.#forget(member)
      if (member.ready && !member.doomed)
        this.faults.push(`a worker ended by itself: ${lines.slice(-12).join(" | ")}`)
    })
    return member
  }

  #forget(member: Member): void {
    const index = this.#members.indexOf(member)
    if (index >= 0) this.#members.splice(index, 1)
  }
}
