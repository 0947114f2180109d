import { parseArgs } from "node:util"
import type { CloudChoice } from "./clouds/demo.ts"
import { UsageError } from "./command/usage-error.ts"
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
  /** The user's own clouds instead of simulated ones. */
  readonly clouds: CloudChoice | undefined
}

const sizes = ["small", "medium", "large"] as const

/** Reads a command's arguments. @throws UsageError that says what is wrong and what is possible */
export function readHostOptions(args: readonly string[], env: NodeJS.ProcessEnv): HostOptions {
  const values = parse(args)
  const size = sizes.find((name) => name === values.size)
  if (size === undefined) throw new UsageError(`--size is one of ${sizes.join(", ")}, not "${values.size}".`)
  return {
    size,
    port: wholeNumber("--port", values.port, 65_535),
    latencyMs: wholeNumber("--latency", values.latency, 60_000),
    once: values.once,
    json: values.json,
    worker: !values["no-worker"],
    databaseUrl: env.DATABASE_URL || undefined,
    clouds: cloudChoice(values),
  }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        size: { type: "string", default: "medium" },
        port: { type: "string", default: "0" },
        latency: { type: "string", default: "20" },
        once: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        "no-worker": { type: "boolean", default: false },
        clouds: { type: "string" },
        source: { type: "string" },
        destination: { type: "string" },
        "source-project": { type: "string" },
        "external-network": { type: "string" },
      },
    })
    return values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\s+/g, " ") : String(error))
  }
}

/** undefined where nothing is said of clouds. */
function cloudChoice({
  clouds: file,
  source,
  destination,
  "source-project": sourceProject,
  "external-network": externalNetwork,
}: ReturnType<typeof parse>): CloudChoice | undefined {
  const all = [file, source, destination, sourceProject, externalNetwork]
  if (all.every((value) => value === undefined)) return undefined
  if (!source || !destination) {
    throw new UsageError("Name two clouds of clouds.yaml (or one twice): --source NAME --destination NAME.")
  }
  return { file, source, destination, sourceProject, externalNetwork }
}

export function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= most) return value
  throw new UsageError(`${name} is a whole number up to ${most}, not "${text}".`)
}
