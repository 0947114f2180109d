/**
 * Calls a function for each value in order, a limited number at a time. After a call that fails no other begins.
 * @param values each is taken when its call can begin
 * @throws the error of the first call that failed, after all running calls have ended
 */
export async function forEachLimit<Value>(
  values: Iterable<Value>,
  limit: number,
  call: (value: Value) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const untilFree = async () => {
    while (running.size >= limit) await Promise.race(running)
  }
  const remaining = values[Symbol.iterator]()
  for (await untilFree(); failures.length === 0; await untilFree()) {
    const { done, value } = remaining.next()
    if (done) break
    const started: Promise<void> = call(value)
      .catch((error: unknown) => {
        failures.push(error)
      })
      .finally(() => running.delete(started))
    running.add(started)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
