/**
 * Works on items in their order, so many at a time. After one that fails no other begins.
 * @param items each is asked for when its turn has come
 * @param atOnce asked before each
 * @throws the error of the first that failed
 */
export async function forEachLimit<Item>(
  items: Iterable<Item>,
  atOnce: () => number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const room = async () => {
    while (running.size >= Math.max(1, atOnce())) await Promise.race(running)
  }
  const left = items[Symbol.iterator]()
  for (await room(); failures.length === 0; await room()) {
    const { done, value } = left.next()
    if (done) break
    const one: Promise<void> = work(value)
      .catch((error: unknown) => {
        failures.push(error)
      })
      .finally(() => running.delete(one))
    running.add(one)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
