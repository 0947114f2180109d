/** Ends this process when the one that started it is gone, however it went. Answers the function that lets go of it. */
export function followParent(): () => void {
  const end = () => process.exit(1)
  process.once("disconnect", end)
  return () => {
    process.off("disconnect", end)
    process.disconnect?.()
  }
}
