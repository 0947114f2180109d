import { Logger } from "graphile-worker"

/** The part of a logger that is used; pino's fits, and so does Fastify's. */
export interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** The queue's own messages in the host's log; its chatter of each job is left out, for stages log their own end. */
export function queueLogger(log: Log): Logger {
  return new Logger((scope) => (level, message, meta) => {
    if (level === "error") log.error({ ...scope, ...meta }, message)
    else if (level === "warning") log.warn({ ...scope, ...meta }, message)
  })
}

/** One line of JSON a message, on standard error, for a worker without a host. */
export const stderrLog: Log = {
  info: (details, message) => write("info", details, message),
  warn: (details, message) => write("warn", details, message),
  error: (details, message) => write("error", details, message),
}

function write(level: string, details: object, message: string): void {
  const text = JSON.stringify(
    { time: new Date().toISOString(), level, message, ...details },
    (_, value: unknown) => (value instanceof Error ? { name: value.name, message: value.message } : value),
  )
  process.stderr.write(`${text}\n`)
}
