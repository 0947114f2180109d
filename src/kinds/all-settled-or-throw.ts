/**
 * Waits until all calls have ended. Then returns their values, or throws the first error: no call is still running when
 * the next step begins.
 */
export async function allSettledOrThrow<T>(calls: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(calls)
  return Promise.all(calls)
}
