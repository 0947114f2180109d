import { parseArgs } from "node:util"
import type { TenantSize } from "./demo/tenants.ts"

/** What the commands `npm start` and `npm run host` take. */
export interface HostOptions {
  readonly size: TenantSize
  /** 0: any free port. */
  readonly port: number
  /** Added to each call to a simulated cloud, in milliseconds. */
  readonly latencyMs: number
  /** `npm start`: ends after the migration. */
  readonly once: boolean
  /** `npm run host`: prints one line of JSON when ready. */
  readonly json: boolean
  /** Whether this process runs the worker, too. */
  readonly worker: boolean
  /** Another PostgreSQL than the embedded one. */
  readonly databaseUrl: string | undefined
}

const sizes = ["small", "medium", "large"] as const

/** Reads a command's arguments. @throws Error that says what is wrong and what is possible */
export function readHostOptions(args: readonly string[], env: NodeJS.ProcessEnv): HostOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: "string", default: "medium" },
      port: { type: "string", default: "0" },
      latency: { type: "string", default: "20" },
      once: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "no-worker": { type: "boolean", default: false },
    },
  })
  const size = sizes.find((name) => name === values.size)
  if (size === undefined) throw new Error(`--size is one of ${sizes.join(", ")}, not "${values.size}".`)
  return {
    size,
    port: wholeNumber("--port", values.port, 65_535),
    latencyMs: wholeNumber("--latency", values.latency, 60_000),
    once: values.once,
    json: values.json,
    worker: !values["no-worker"],
    databaseUrl: env.DATABASE_URL || undefined,
  }
}

export function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= most) return value
  throw new Error(`${name} is a whole number up to ${most}, not "${text}".`)
}
