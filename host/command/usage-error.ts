/** A command was called with what it cannot work on. The message is one line for people; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}
