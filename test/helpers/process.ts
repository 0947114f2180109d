import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"

const root = join(import.meta.dirname, "..", "..")

/** A file of this project that runs in a process of its own. */
export interface Running {
  /** Answers the first line of its output that matches. @throws what it printed, if it ends before */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** @param signal e.g. SIGSTOP: it stands still, with all its connections */
  signal(signal: NodeJS.Signals): void
  /** Asks it to end, as a service manager does. Answers its exit code. */
  end(): Promise<number | null>
  /** Waits until it ends by itself. Answers its exit code and all that it printed. */
  ended(): Promise<{ readonly code: number | null; readonly text: string }>
}

/** @param more what its environment has besides; undefined takes something out */
export function startProcess(
  [file, ...args]: readonly [string, ...string[]],
  more: NodeJS.ProcessEnv = {},
): Running & AsyncDisposable {
  // What tap hands to its own processes is not for this one.
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [join(root, file), ...args], {
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const printed: string[] = []
  const closed = once(child, "close")
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      printed.push(line)
      child.emit("printed")
    })
  }
  const end = async () => {
    child.kill("SIGCONT")
    child.kill("SIGTERM")
    await closed
    if (child.exitCode !== 0)
      process.stderr.write(`${file} ended with ${child.exitCode}:\n${printed.join("\n")}\n`)
    return child.exitCode
  }
  return {
    async line(pattern) {
      for (;;) {
        const found = printed.map((line) => pattern.exec(line)).find((match) => match !== null)
        if (found) return found
        if (child.exitCode !== null)
          throw new Error(`${file} ended with ${child.exitCode}:\n${printed.join("\n")}`)
        await Promise.race([once(child, "printed"), closed])
      }
    },
    signal: (signal) => child.kill(signal),
    end,
    async ended() {
      await closed
      return { code: child.exitCode, text: printed.join("\n") }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) await end()
    },
  }
}
