import { Logger } from "graphile-worker"
import { ReplicationError } from "../../errors.ts"
import { CloudError } from "../../openstack/index.ts"

/** The part of a logger that is used. Loggers of pino and Fastify have it. */
export interface Log {
  /** Gets a message for every call to a cloud. */
  debug?(details: object, message: string): void
  /** Gets what happens in normal operation: stages that end, calls that are retried. */
  info(details: object, message: string): void
  /** Gets what may need attention: objects that were not created, dead workers, lost connections. */
  warn(details: object, message: string): void
  /** Gets faults: stages that fail or are given up. */
  error(details: object, message: string): void
}

/** Passes warnings and errors of graphile-worker on to the host's log. Its messages about each job are dropped: stages log their end. */
export function queueLogger(log: Log): Logger {
  return new Logger((scope) => (level, message, meta) => {
    if (level === "error") log.error({ ...scope, ...readable(meta) }, message)
    else if (level === "warning") log.warn({ ...scope, ...readable(meta) }, message)
  })
}

/** Describes errors, and drops whole jobs, whose payload the log of the stage has. */
function readable(meta: Readonly<Record<string, unknown>> = {}): object {
  const { job: _, ...rest } = meta
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, value instanceof Error ? describeError(value) : value]),
  )
}

/** The fields of an error in a log. */
export interface DescribedError {
  readonly name: string
  readonly message: string
  readonly code?: string
  /** The cloud's request id, where there is one. */
  readonly requestId?: string
  readonly stack?: string
}

/**
 * Returns the fields of an error that may be logged. Loggers write every field of an error, and PostgreSQL's errors hold
 * the refused row, with the password of a tenant.
 */
export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) }
  const { name, message, stack } = error
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {}
  if (error instanceof CloudError) return { name, message, ...code, requestId: error.failure.requestId }
  // The code of a ReplicationError shows where it comes from; of any other error the stack is the only trace.
  const trace = error instanceof ReplicationError || stack === undefined ? {} : { stack }
  return { name, message, ...code, ...trace }
}

/**
 * Writes each message as one line of JSON to standard error, for a worker without a host. The environment variable
 * LOG_LEVEL is the minimum level: `debug` shows every call to a cloud, `silent` nothing.
 */
export const stderrLog: Log = {
  debug: (details, message) => write("debug", details, message),
  info: (details, message) => write("info", details, message),
  warn: (details, message) => write("warn", details, message),
  error: (details, message) => write("error", details, message),
}

const levels = ["trace", "debug", "info", "warn", "error", "silent"]

function write(level: string, details: object, message: string): void {
  const minimum = levels.indexOf(process.env.LOG_LEVEL ?? "info")
  if (levels.indexOf(level) < (minimum < 0 ? levels.indexOf("info") : minimum)) return
  const text = JSON.stringify(
    { time: new Date().toISOString(), level, message, ...details },
    (_, value: unknown) => (value instanceof Error ? describeError(value) : value),
  )
  process.stderr.write(`${text}\n`)
}
