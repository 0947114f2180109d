import { setTimeout as sleep } from "node:timers/promises"
import type { MigrationDetails } from "../src/serializers/migration.ts"

/** Whether a migration is in a final state. */
export function hasEnded({ state }: Pick<MigrationDetails, "state">): boolean {
  return state === "OK" || state === "ERRED"
}

export interface WaitOptions {
  /** Pause between two reads, in milliseconds. @default 50 */
  readonly pollMs?: number
  /** In milliseconds. @default 15 minutes */
  readonly deadlineMs?: number
}

/**
 * Reads a migration until it has ended, and returns it.
 * @param read e.g. `() => client.retrieve(uuid)`
 * @throws Error with the last state that was read, after the deadline
 */
export async function waitUntilEnded(
  read: () => Promise<MigrationDetails>,
  { pollMs = 50, deadlineMs = 900_000 }: WaitOptions = {},
): Promise<MigrationDetails> {
  for (const start = performance.now(); ; await sleep(pollMs)) {
    const migration = await read()
    if (hasEnded(migration)) return migration
    if (performance.now() - start > deadlineMs) {
      const seconds = Math.round(deadlineMs / 1_000)
      throw new Error(
        `Migration ${migration.uuid} has not ended within ${seconds} s: its state is ${migration.state}.`,
      )
    }
  }
}
