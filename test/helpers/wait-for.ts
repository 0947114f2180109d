import { setTimeout as sleep } from "node:timers/promises"

export interface WaitOptions {
  /** @default two minutes: more than a busy machine needs for anything but a whole large migration */
  readonly timeoutMs?: number
  /** Pause between two checks, in milliseconds. @default 10 */
  readonly everyMs?: number
}

/**
 * Waits until a condition holds. Returns its first truthy value.
 * @param what what is waited for, as the end of "Waited 2 s for …"; a function where only the end of the wait shows it
 * @throws Error that names it at the deadline
 */
export async function waitFor<T>(
  what: string | (() => string),
  condition: () => T | Promise<T>,
  { timeoutMs = 120_000, everyMs = 10 }: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | "">> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await condition()
    if (value) return value as Exclude<T, false | null | undefined | 0 | "">
    if (Date.now() > deadline) {
      const name = typeof what === "string" ? what : what()
      throw new Error(`Waited ${timeoutMs / 1_000} s for ${name}`)
    }
    await sleep(everyMs)
  }
}
