import type { CloudChoice } from "./clouds/demo.ts"
import type { Command, Values } from "./command/options.ts"
import { parseArguments } from "./command/parse.ts"
import { UsageError } from "./command/usage-error.ts"
import { type TenantSize, tenantSizes } from "./demo/tenants.ts"

/** The options of `npm start` and `npm run host`. */
export interface HostOptions {
  readonly size: TenantSize
  /** 0: any free port. */
  readonly port: number
  /** Added to each call to a simulated cloud, in milliseconds. */
  readonly latencyMs: number
  /** Whether this process runs a worker, too. */
  readonly worker: boolean
  /** A PostgreSQL to use instead of the embedded one. */
  readonly databaseUrl: string | undefined
  /** Origins whose pages may call the API. */
  readonly origins: readonly string[]
  /** The user's own clouds; undefined: two simulated ones. */
  readonly clouds: CloudChoice | undefined
}

const shared = {
  size: { type: "choice", choices: tenantSizes, default: "medium", text: "Size of the demo tenant" },
  port: {
    type: "number",
    value: "NUMBER",
    max: 65_535,
    default: 0,
    text: "Port to serve on; 0 is any free one",
  },
  latency: {
    type: "number",
    value: "MS",
    max: 60_000,
    default: 20,
    text: "Milliseconds that a simulated cloud adds to each call",
  },
  "no-worker": { type: "switch", text: "Leave the work to npm run worker" },
  "cors-origin": {
    type: "text",
    value: "ORIGIN",
    multiple: true,
    text: "Origin of a front end whose pages may call the API, e.g. http://localhost:8001",
  },
  clouds: {
    type: "text",
    value: "FILE",
    text: "clouds.yaml with your own clouds (default: where OpenStack's clients look for it)",
  },
  source: {
    type: "text",
    value: "CLOUD",
    text: "Cloud to copy from, by its name in clouds.yaml; it is only read",
  },
  destination: { type: "text", value: "CLOUD", text: "Cloud to copy to; may be the same one" },
  "source-project": {
    type: "text",
    value: "PROJECT",
    text: "Project to copy, by name or id (default: that of the credentials)",
  },
  "external-network": {
    type: "text",
    value: "NETWORK",
    text: "External network of the destination for the copy's routers (default: as at the source, else the first)",
  },
} as const

const environment = { DATABASE_URL: "An empty PostgreSQL database to use instead of the embedded server" }

export const startCommand = {
  name: "npm start --",
  summary:
    "Starts a marketplace server and two simulated clouds, copies a demo tenant from one to the other and shows the result.\n" +
    "With --source and --destination it copies a project of your own clouds instead.",
  options: {
    once: {
      type: "switch",
      text: "End after the migration: exit code 0 if it is OK and verified without a difference, else 1",
    },
    ...shared,
  },
  environment,
  examples: [
    "npm start -- --once --size small",
    "npm start -- --once --clouds clouds.yaml --source lab --destination backup --source-project climate",
  ],
} as const satisfies Command

export const hostCommand = {
  name: "npm run host --",
  summary:
    "Starts a marketplace server with demo data and no migration, and prints what a client needs for a first request.",
  options: { json: { type: "switch", text: "Print it as one line of JSON" }, ...shared },
  environment,
  examples: ["npm run host -- --json --port 8000 --size small"],
} as const satisfies Command

/** Reads the arguments of `npm start`. @throws UsageError */
export function readStartOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): HostOptions & { readonly once: boolean } {
  const { values } = parseArguments(startCommand, args, env)
  return { ...hostOptions(values, env), once: values.once }
}

/** Reads the arguments of `npm run host`. @throws UsageError */
export function readHostOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): HostOptions & { readonly json: boolean } {
  const { values } = parseArguments(hostCommand, args, env)
  return { ...hostOptions(values, env), json: values.json }
}

function hostOptions(values: Values<typeof shared>, env: NodeJS.ProcessEnv): HostOptions {
  return {
    size: values.size,
    port: values.port,
    latencyMs: values.latency,
    worker: !values["no-worker"],
    databaseUrl: env.DATABASE_URL || undefined,
    origins: values["cors-origin"].map(checkOrigin),
    clouds: cloudChoice(values),
  }
}

/** @throws UsageError where a text is not the origin of a page */
function checkOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : "null"
  if (origin !== "null" && (text === origin || text === `${origin}/`)) return origin
  throw new UsageError(
    `--cors-origin must be scheme, host and port, e.g. http://localhost:8001, not "${text}"`,
  )
}

/** undefined where no option is about clouds. */
function cloudChoice(values: Values<typeof shared>): CloudChoice | undefined {
  const { clouds: file, source, destination } = values
  const { "source-project": sourceProject, "external-network": externalNetwork } = values
  const all = [file, source, destination, sourceProject, externalNetwork]
  if (all.every((value) => value === undefined)) return undefined
  if (!source || !destination) {
    throw new UsageError(
      "Name two clouds of clouds.yaml, or the same one twice: --source CLOUD --destination CLOUD.",
    )
  }
  return { file, source, destination, sourceProject, externalNetwork }
}
