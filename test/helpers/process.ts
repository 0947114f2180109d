import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { waitFor } from "./wait-for.ts"

/** Longer than a start on a busy machine takes. */
const lineMs = 120_000

const root = join(import.meta.dirname, "..", "..")

/** A file of this project that runs in a process of its own. */
export interface Running {
  /** Waits for the first line of its output that matches. @throws Error with what it printed, if it ends before */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** @param signal e.g. SIGSTOP: it is suspended, with its connections open */
  signal(signal: NodeJS.Signals): void
  /** Sends SIGTERM, as a service manager does, and waits for the end. Returns the exit code; null: ended by a signal. */
  end(): Promise<number | null>
  /** Waits until it ends by itself. Returns the exit code and everything that it printed. */
  ended(): Promise<{ readonly code: number | null; readonly text: string }>
}

/** @param more additions to its environment; undefined removes a variable */
export function startProcess(
  [file, ...args]: readonly [string, ...string[]],
  more: NodeJS.ProcessEnv = {},
): Running & AsyncDisposable {
  // tap sets NODE_OPTIONS for the processes of its test files.
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [join(root, file), ...args], {
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const printed: string[] = []
  const closed = once(child, "close")
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => printed.push(line))
  }
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const described = () => `${file} ended with ${child.exitCode ?? child.signalCode}:\n${printed.join("\n")}`
  const end = async () => {
    child.kill("SIGCONT")
    child.kill("SIGTERM")
    await closed
    if (child.exitCode !== 0) process.stderr.write(`${described()}\n`)
    return child.exitCode
  }
  return {
    async line(pattern) {
      const what = () => `a line ${pattern} of ${file}, which printed:\n${printed.join("\n")}`
      const match = () => {
        const found = printed.map((line) => pattern.exec(line)).find((match) => match !== null)
        if (found === undefined && hasEnded()) throw new Error(described())
        return found
      }
      return waitFor(what, match, { timeoutMs: lineMs })
    },
    signal: (signal) => child.kill(signal),
    end,
    async ended() {
      await closed
      return { code: child.exitCode, text: printed.join("\n") }
    },
    async [Symbol.asyncDispose]() {
      if (!hasEnded()) await end()
    },
  }
}
