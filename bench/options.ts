import { parseArgs } from "node:util"
import type { TenantSize } from "../host/demo/tenants.ts"

/** What `npm run bench` takes. */
export interface BenchOptions {
  readonly size: TenantSize
  /** Added to each call to a simulated cloud, in milliseconds. */
  readonly latencyMs: number
  /** Describes a real cloud; undefined: simulated ones. */
  readonly cloudFile: string | undefined
  /** Calls to a real cloud under way at a time: ours with the first number, the bare writes with each. */
  readonly atOnce: readonly [number, ...number[]]
  /** Whether the original's order is measured, too. */
  readonly original: boolean
  /** Where the figures are written as JSON. */
  readonly jsonFile: string | undefined
  readonly databaseUrl: string | undefined
}

const sizes = ["small", "medium", "large"] as const

/** Reads the command's arguments. @throws Error that says what is wrong and what is possible */
export function readBenchOptions(args: readonly string[], env: NodeJS.ProcessEnv): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: "string", default: "medium" },
      latency: { type: "string", default: "50" },
      cloud: { type: "string" },
      "at-once": { type: "string", default: "4,8" },
      "no-original": { type: "boolean", default: false },
      json: { type: "string" },
    },
  })
  const size = sizes.find((name) => name === values.size)
  if (size === undefined) throw new Error(`--size is one of ${sizes.join(", ")}, not "${values.size}".`)
  const [atOnce = 1, ...more] = values["at-once"]
    .split(",")
    .map((one) => Math.max(1, wholeNumber("--at-once", one)))
  return {
    size,
    latencyMs: wholeNumber("--latency", values.latency),
    cloudFile: values.cloud,
    atOnce: [atOnce, ...more],
    original: !values["no-original"],
    jsonFile: values.json,
    databaseUrl: env.DATABASE_URL || undefined,
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new Error(`${name} is a whole number of at most five digits, not "${text}".`)
}
