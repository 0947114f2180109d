import type { Command } from "../../host/command/options.ts"
import { parseArguments } from "../../host/command/parse.ts"

const modes = ["a", "b", "c", "d", "many"] as const
export type Mode = (typeof modes)[number]

/** The options of `npm run chaos`. */
export interface ChaosOptions {
  readonly modes: readonly Mode[]
  /** For all modes together. */
  readonly minutes: number
  /** Random runs of each mode, at limits. */
  readonly runs: number
  readonly seed: number
  /** Mode a: only this kill, e.g. `network:started` or `request:17`. */
  readonly at: string | undefined
}

export const chaosCommand = {
  name: "npm run chaos --",
  summary:
    "Kills workers, injects faults into the clouds and restarts PostgreSQL during migrations, and checks that each copy is exact.\n" +
    "Prints how to repeat a failure; exit code 1 if a copy deviates.",
  options: {
    mode: {
      type: "choice",
      choices: modes,
      multiple: true,
      text: "a: kill workers, b: unreliable clouds, c: restart PostgreSQL, d: all together, many: 200 migrations (default: all)",
    },
    minutes: {
      type: "number",
      value: "MINUTES",
      max: 10_000,
      fraction: true,
      default: 5,
      text: "Time for all modes together",
    },
    runs: {
      type: "number",
      value: "NUMBER",
      max: 1_000_000,
      text: "Random runs of each mode, at limits (default: any)",
    },
    seed: {
      type: "number",
      value: "NUMBER",
      max: Number.MAX_SAFE_INTEGER,
      text: "Seed of the random numbers (default: a random one, which is printed)",
    },
    at: {
      type: "text",
      value: "POINT",
      text: "Mode a: kill only at this point, e.g. network:started or request:17",
    },
  },
  environment: { LOG_LEVEL: "Level of the hosts' logs (default: silent)" },
  examples: [
    "npm run chaos -- --mode a --mode b --minutes 1 --seed 1",
    "npm run chaos -- --mode a --at request:17",
  ],
} as const satisfies Command

/** Reads the command's arguments. @throws UsageError */
export function readChaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArguments(chaosCommand, args)
  return {
    modes: values.mode.length === 0 ? modes : values.mode,
    minutes: values.minutes,
    runs: values.runs ?? Number.POSITIVE_INFINITY,
    seed: values.seed ?? Math.floor(Math.random() * 1e9),
    at: values.at,
  }
}
