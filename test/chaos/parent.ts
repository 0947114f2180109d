/**
 * Runs the body of a process that ends when the one that started it is gone, however that went. The channel to it keeps
 * this process alive: it is closed at the end, also at one by a fault.
 */
export async function underParent<T>(run: () => Promise<T>): Promise<T> {
  const end = () => process.exit(1)
  process.once("disconnect", end)
  try {
    return await run()
  } finally {
    process.off("disconnect", end)
    process.disconnect?.()
  }
}
