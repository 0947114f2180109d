import { Logger } from "graphile-worker"
import { ReplicationError } from "../../errors.ts"
import { CloudError } from "../../openstack/index.ts"

/** The part of a logger that is used; pino's fits, and so does Fastify's. */
export interface Log {
  /** Every call to a cloud. A log without it is spared them. */
  debug?(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** The queue's own messages in the host's log; its chatter of each job is left out, for stages log their own end. */
export function queueLogger(log: Log): Logger {
  return new Logger((scope) => (level, message, meta) => {
    if (level === "error") log.error({ ...scope, ...readable(meta) }, message)
    else if (level === "warning") log.warn({ ...scope, ...readable(meta) }, message)
  })
}

/** The queue hands errors and whole jobs over: errors are described, and of a job its own line tells all. */
function readable(meta: Readonly<Record<string, unknown>> = {}): object {
  const { job: _, ...rest } = meta
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, value instanceof Error ? describeError(value) : value]),
  )
}

/** What a log shows of an error. */
export interface DescribedError {
  readonly name: string
  readonly message: string
  readonly code?: string
  /** The cloud's, where it gave one. */
  readonly requestId?: string
  readonly stack?: string
}

/**
 * An error for a log. Loggers write every field of it, and PostgreSQL's hold the whole row that was refused, with the
 * password of a tenant: of those only message and code are told.
 */
export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) }
  const { name, message, stack } = error
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {}
  if (error instanceof CloudError) return { name, message, ...code, requestId: error.failure.requestId }
  // Where one of our own came from is told by its code; of any other the place is the only trace.
  const trace = error instanceof ReplicationError || stack === undefined ? {} : { stack }
  return { name, message, ...code, ...trace }
}

/**
 * One line of JSON a message, on standard error, for a worker without a host. LOG_LEVEL=debug shows every call to a
 * cloud, LOG_LEVEL=silent nothing.
 */
export const stderrLog: Log = {
  debug: (details, message) => write("debug", details, message),
  info: (details, message) => write("info", details, message),
  warn: (details, message) => write("warn", details, message),
  error: (details, message) => write("error", details, message),
}

const levels = ["trace", "debug", "info", "warn", "error", "silent"]

function write(level: string, details: object, message: string): void {
  const least = levels.indexOf(process.env.LOG_LEVEL ?? "info")
  if (levels.indexOf(level) < (least < 0 ? levels.indexOf("info") : least)) return
  const text = JSON.stringify(
    { time: new Date().toISOString(), level, message, ...details },
    (_, value: unknown) => (value instanceof Error ? describeError(value) : value),
  )
  process.stderr.write(`${text}\n`)
}
