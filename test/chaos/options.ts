import { parseArgs } from "node:util"

const modes = ["a", "b", "c", "d", "many"] as const
export type Mode = (typeof modes)[number]

/** What `npm run chaos` takes. */
export interface ChaosOptions {
  readonly modes: readonly Mode[]
  /** For all modes together. */
  readonly minutes: number
  /** Random runs of each mode, at most. */
  readonly runs: number
  readonly seed: number
  /** Mode a: only this kill, e.g. `network:taken` or `request:17`. */
  readonly at: string | undefined
}

/** Reads the command's arguments. @throws Error that says what is wrong and what is possible */
export function readChaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mode: { type: "string", multiple: true },
      minutes: { type: "string", default: "5" },
      runs: { type: "string" },
      seed: { type: "string" },
      at: { type: "string" },
    },
  })
  const asked = values.mode ?? modes
  return {
    modes: asked.map((name) => {
      const mode = modes.find((one) => one === name)
      if (mode === undefined) throw new Error(`--mode is one of ${modes.join(", ")}, not "${name}".`)
      return mode
    }),
    minutes: number("--minutes", values.minutes),
    runs: values.runs === undefined ? Number.POSITIVE_INFINITY : number("--runs", values.runs),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e9) : number("--seed", values.seed),
    at: values.at,
  }
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== "" && value >= 0) return value
  throw new Error(`${name} is a number, not "${text}".`)
}
