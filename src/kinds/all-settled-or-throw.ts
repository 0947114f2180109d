/** Waits until all calls have ended, and then throws the first fault: none goes on behind the back of what comes next. */
export async function allSettledOrThrow<T>(calls: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(calls)
  return Promise.all(calls)
}
