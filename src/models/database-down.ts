/** What the system says of a connection that cannot be made, or breaks. */
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

/** PostgreSQL's classes 08 (connection), 53 (no room, e.g. for one more connection), and 57P (shutdown). */
const brokenClasses = ["08", "53", "57P"]

/** The driver's own words, which have no code. The second and third are for whoever still holds a broken connection. */
const brokenWords = [
  "Connection terminated",
  "Client has encountered a connection error",
  "Client was closed",
  "timeout exceeded when trying to connect",
]

/** Whether an error says that the database cannot be reached, now. */
export function isDatabaseDown(error: unknown): boolean {
  const { code = "", message = "" } = error as { readonly code?: string; readonly message?: string }
  return (
    brokenCodes.includes(code) ||
    brokenClasses.some((one) => code.startsWith(one)) ||
    brokenWords.some((words) => message.startsWith(words))
  )
}
