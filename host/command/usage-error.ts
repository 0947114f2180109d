/** Wrong arguments of a command. The message is one line; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}
