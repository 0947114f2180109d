import { spawn } from "node:child_process"
import { once } from "node:events"
import { open, readFile } from "node:fs/promises"

/**
 * The services do not inherit the caller's environment: no proxy, no other Python, no credentials of another cloud.
 */
export const environment = {
  PATH: "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  PYTHONWARNINGS: "ignore",
} as const

export interface CommandOptions {
  /** File for the output of the command. */
  readonly log: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command to its end. @throws Error with the end of its log where it fails */
export async function runCommand(
  program: string,
  args: readonly string[],
  { log, env = environment }: CommandOptions,
): Promise<void> {
  const file = await open(log, "a", 0o600)
  try {
    const child = spawn(program, args, { cwd: "/", env, stdio: ["ignore", file.fd, file.fd] })
    const [code, signal] = await once(child, "exit")
    if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}:\n${await endOf(log)}`)
  } finally {
    await file.close()
  }
}

export async function endOf(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "")
  return `${log}\n${text.split("\n").slice(-20).join("\n")}`
}
