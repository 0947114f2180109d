import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"

const root = join(import.meta.dirname, "..", "..")

/** How long the host may take until it is ready: PostgreSQL starts, and two clouds are filled. */
const startMs = 120_000

export interface RunningHost extends AsyncDisposable {
  /** Its line of JSON: address, tokens and uuids. */
  readonly line: string
}

/** Starts the reference host in a process of its own, on a database of its own. @throws Error if it does not get ready */
export async function startHost(signal: AbortSignal): Promise<RunningHost> {
  const { DATABASE_URL: _, ...env } = process.env
  const args = ["--disable-warning=ExperimentalWarning", "host/serve.ts"]
  const child = spawn(process.execPath, [...args, "--json", "--size", "small", "--latency", "0"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  })
  const closed = once(child, "close")
  const lines = createInterface(child.stdout)
  const late = AbortSignal.any([signal, AbortSignal.timeout(startMs)])
  try {
    const first = once(lines, "line", { signal: late }) as Promise<[string]>
    const [line] = await Promise.race([first, closed.then(() => Promise.reject(endedEarly(child)))])
    return { line, [Symbol.asyncDispose]: () => stop(child, closed) }
  } catch (error) {
    await stop(child, closed)
    throw error
  }
}

function endedEarly({ exitCode, signalCode }: ChildProcess): Error {
  return new Error(`The reference host ended with ${exitCode ?? signalCode} before it was ready.`)
}

async function stop(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  child.kill("SIGTERM")
  await closed
  if (child.exitCode !== 0) {
    process.stderr.write(`The reference host ended with ${child.exitCode ?? child.signalCode}, not with 0.\n`)
  }
}
