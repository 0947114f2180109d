import type { Command } from "../host/command/options.ts"
import { parseArguments, readNumber } from "../host/command/parse.ts"
import { type TenantSize, tenantSizes } from "../host/demo/tenants.ts"

/** The options of `npm run bench`. */
export interface BenchOptions {
  readonly size: TenantSize
  /** Added to each call to a simulated cloud, in milliseconds. */
  readonly latencyMs: number
  /** Describes a real cloud; undefined: two simulated ones. */
  readonly cloudFile: string | undefined
  /** Calls to a real cloud at a time: the plugin runs with the first number, the writes alone run with each. */
  readonly atOnce: readonly [number, ...number[]]
  /** Whether the sequential run is measured, too. */
  readonly sequential: boolean
  /** Where the figures are written as JSON. */
  readonly jsonFile: string | undefined
  readonly databaseUrl: string | undefined
}

export const benchCommand = {
  name: "npm run bench --",
  summary:
    "Measures how long a replication takes, compared with one call after another and with the minimum that the cloud allows.\n" +
    "docs/performance.md explains the figures.",
  options: {
    size: { type: "choice", choices: tenantSizes, default: "medium", text: "Size of the tenant" },
    latency: {
      type: "number",
      value: "MS",
      max: 60_000,
      default: 50,
      text: "Milliseconds that a simulated cloud adds to each call; 0 also turns the rate limits off",
    },
    cloud: {
      type: "text",
      value: "FILE",
      text: "JSON file of a real cloud to measure instead, as for OPENSTACK_CLOUD_JSON; what is created there is deleted",
    },
    "at-once": {
      type: "text",
      value: "NUMBERS",
      default: "4,8",
      text: "Calls to the real cloud at a time: the first number for the plugin, each for the writes alone",
    },
    "no-sequential": { type: "switch", text: "Leave out the run that makes one call after another" },
    json: { type: "text", value: "FILE", text: "Write the figures to this file, too" },
  },
  environment: { DATABASE_URL: "An empty PostgreSQL database to use instead of the embedded server" },
  examples: [
    "npm run bench -- --size small --latency 200",
    "npm run bench -- --size medium --cloud cloud.json --at-once 4,8",
  ],
} as const satisfies Command

/** Reads the command's arguments. @throws UsageError */
export function readBenchOptions(args: readonly string[], env: NodeJS.ProcessEnv): BenchOptions {
  const { values } = parseArguments(benchCommand, args, env)
  const [first = 1, ...others] = values["at-once"]
    .split(",")
    .map((text) => Math.max(1, readNumber("--at-once", { max: 1_000 }, text)))
  return {
    size: values.size,
    latencyMs: values.latency,
    cloudFile: values.cloud,
    atOnce: [first, ...others],
    sequential: !values["no-sequential"],
    jsonFile: values.json,
    databaseUrl: env.DATABASE_URL || undefined,
  }
}
