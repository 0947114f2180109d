/**
 * Runs the body of a process that ends with the process that started it, even if that was killed. The channel between
 * them keeps this process alive, so it is closed when the body returns or throws.
 */
export async function endWithParent<T>(run: () => Promise<T>): Promise<T> {
  const end = () => process.exit(1)
  process.once("disconnect", end)
  try {
    return await run()
  } finally {
    process.off("disconnect", end)
    process.disconnect?.()
  }
}
