import { UsageError } from "./usage-error.ts"

/**
 * Ctrl+C reaches a process more than once: from the terminal, and from npm, which passes it on. What comes sooner after
 * the first signal is the same one, in milliseconds.
 */
const sameMs = 500

/** Waits for SIGTERM or SIGINT. A second one ends the process at once. */
export async function waitForSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    let first: number | undefined
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        first ??= performance.now()
        if (performance.now() - first > sameMs) process.exit(1)
        resolve()
      })
    }
  })
}

/** Runs a command; a failure becomes one line and exit code 1, a wrong call exit code 2. */
export async function runProgram(run: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await run()) ?? 0
  } catch (error) {
    const details = process.env.DEBUG && error instanceof Error ? error.stack : undefined
    process.stderr.write(`${details ?? (error instanceof Error ? error.message : String(error))}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
