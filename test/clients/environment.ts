import { spawn } from "node:child_process"
import { once } from "node:events"
import { lstat, mkdir } from "node:fs/promises"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"

/** The user's own: what lies there is run, and everybody writes into the temporary directory. */
export async function privateFolder(): Promise<string> {
  const { uid } = userInfo()
  const folder = join(tmpdir(), `waldur-replication-clients-${uid}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const stats = await lstat(folder)
  if (!stats.isDirectory() || (uid >= 0 && stats.uid !== uid) || (stats.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder that only its owner, user ${uid}, writes. Remove it.`)
  }
  return folder
}

export interface Outcome {
  readonly ok: boolean
  /** What it printed; why it could not be started, if so. */
  readonly output: string
}

/** @param cwd where it runs */
export async function run(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  cwd?: string,
): Promise<Outcome> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    ...(cwd !== undefined && { cwd }),
  })
  try {
    const [out, problems] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")])
    return child.exitCode === 0
      ? { ok: true, output: out.trim() }
      : { ok: false, output: `${out}${problems}`.trim() }
  } catch (error) {
    if (signal.aborted) throw error
    return { ok: false, output: error instanceof Error ? error.message : String(error) }
  }
}
