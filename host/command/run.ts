import { helpOf } from "./help.ts"
import type { Command } from "./options.ts"
import { asksForHelp } from "./parse.ts"
import { UsageError } from "./usage-error.ts"

/**
 * Ctrl+C reaches a process twice: from the terminal, and from npm, which forwards it. Signals within this time of the
 * first one, in milliseconds, are the same one.
 */
const sameSignalMs = 500

/** Waits for SIGTERM or SIGINT. A second one ends the process at once. */
export async function waitForSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    let first: number | undefined
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        first ??= performance.now()
        if (performance.now() - first > sameSignalMs) process.exit(1)
        resolve()
      })
    }
  })
}

/** Runs a command on the arguments of this process; with `--help` it only prints the help. The exit code is that of `run`. */
export function runCommand(
  command: Command,
  run: (args: readonly string[]) => Promise<number | undefined>,
): Promise<void> {
  return runProgram(async () => {
    const args = process.argv.slice(2)
    if (!asksForHelp(args)) return run(args)
    process.stdout.write(helpOf(command))
    return 0
  })
}

/** Runs a program. A failure becomes one line and exit code 1, wrong arguments exit code 2; DEBUG prints the stack. */
export async function runProgram(run: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await run()) ?? 0
  } catch (error) {
    const details = process.env.DEBUG && error instanceof Error ? error.stack : undefined
    process.stderr.write(`${details ?? (error instanceof Error ? error.message : String(error))}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
