import { UsageError } from "./usage-error.ts"

/** Waits for SIGTERM or SIGINT. A second one ends the process at once. */
export async function untilSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => {
        resolve()
        process.once(signal, () => process.exit(1))
      })
    }
  })
}

/** Runs a command; a failure becomes one line and exit code 1, a wrong call exit code 2. */
export async function main(run: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await run()) ?? 0
  } catch (error) {
    const details = process.env.DEBUG && error instanceof Error ? error.stack : undefined
    process.stderr.write(`${details ?? (error instanceof Error ? error.message : String(error))}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
