/** The system's codes of a connection that cannot be opened, or breaks. */
const brokenCodes = [
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]

/** PostgreSQL's classes 08 (connection), 53 (insufficient resources, e.g. too many connections) and 57P (shutdown). */
const brokenClasses = ["08", "53", "57P"]

/** Beginnings of the driver's own messages, which have no code. The second and third occur on a connection that has broken. */
const brokenMessages = [
  "Connection terminated",
  "Client has encountered a connection error",
  "Client was closed",
  "timeout exceeded when trying to connect",
]

/** Whether an error means that the database cannot be reached at the moment. */
export function isDatabaseDown(error: unknown): boolean {
  const { code = "", message = "" } = error as { readonly code?: string; readonly message?: string }
  return (
    brokenCodes.includes(code) ||
    brokenClasses.some((prefix) => code.startsWith(prefix)) ||
    brokenMessages.some((prefix) => message.startsWith(prefix))
  )
}
