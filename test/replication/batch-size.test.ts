import fc from "fast-check"
import t from "tap"
import { type EndedRequest, nextBatchSize } from "../../src/executors/stage/batch-size.ts"
import { forEachLimit } from "../../src/executors/stage/for-each-limit.ts"
import { batchSize, countBatches } from "../../src/kinds/cost.ts"

const maxSize = 20

/** The batch size after requests that end one after another. */
function after(first: number, ...ended: readonly Omit<EndedRequest, "timeoutMs">[]): number {
  return ended.reduce((size, one) => nextBatchSize(size, { ...one, timeoutMs: 60_000 }, maxSize), first)
}

t.test(
  "a batch that takes the cloud a sixth of the time limit is halved, one request at a time",
  async (t) => {
    const slow = { size: 20, ms: 10_001 }
    t.equal(after(maxSize, slow), 10)
    t.equal(
      after(maxSize, slow, slow, slow),
      10,
      "batches that were created before the reduction change nothing",
    )
    t.equal(after(maxSize, slow, { ...slow, size: 10 }), 5)
    t.equal(after(maxSize, { ...slow, size: 1 }), 1, "the minimum is one")
  },
)

t.test("a host that gives a cloud more time gets larger batches", async (t) => {
  const slow = { size: 20, ms: 40_000 }
  t.equal(nextBatchSize(maxSize, { ...slow, timeoutMs: 300_000 }, maxSize), 20)
  t.equal(nextBatchSize(maxSize, { ...slow, timeoutMs: 60_000 }, maxSize), 10)
})

t.test("a batch that is created quickly may grow again, up to what the kind allows", async (t) => {
  t.equal(after(5, { size: 5, ms: 100 }), 10)
  t.equal(after(5, { size: 3, ms: 100 }), 5, "a batch that was not full changes nothing")
  t.equal(after(maxSize, { size: maxSize, ms: 100 }), maxSize)
})

t.test("whatever requests come to, batch sizes stay within their bounds", async () => {
  const ended = fc.record({ size: fc.integer({ min: 1, max: maxSize }), ms: fc.nat(70_000) })
  fc.assert(
    fc.property(fc.array(ended, { maxLength: 200 }), (all) => {
      let size = maxSize
      for (const one of all) {
        size = after(size, one)
        if (size < 1 || size > maxSize) throw new Error(`size ${size}`)
      }
    }),
  )
})

t.test(
  "objects that bulk does not speed up are spread over parallel requests before requests are filled",
  async (t) => {
    const sizes = (batch: Parameters<typeof batchSize>[0]) =>
      [3, 9, 21, 45, 100, 1_000].map((count) => batchSize(batch, count))
    t.strictSame(sizes({ maxSize: 25, minSize: 5 }), [5, 5, 6, 12, 25, 25])
    t.strictSame(sizes({ maxSize: 50 }), [50, 50, 50, 50, 50, 50], "others fill their requests")
    t.strictSame(sizes({ maxSize: 50, whole: true }), [3, 9, 21, 45, 100, 1_000], "one group is never split")
    const objects = Array.from({ length: 45 }, (_, index) => ({ body: { group: index % 2 } }))
    t.equal(countBatches({ maxSize: 25, minSize: 5 }, objects), 4)
    t.equal(
      countBatches({ maxSize: 25, groupBy: ({ group }) => String(group) }, objects),
      2,
      "each group has requests of its own",
    )
  },
)

t.test("values are taken in their order, a limited number at a time", async (t) => {
  let running = 0
  let most = 0
  const begun: number[] = []
  await forEachLimit(Array.from({ length: 12 }).keys(), 5, async (value) => {
    begun.push(value)
    running += 1
    most = Math.max(most, running)
    await new Promise((done) => setImmediate(done))
    running -= 1
  })
  t.strictSame(begun, [...Array.from({ length: 12 }).keys()])
  t.equal(most, 5)
})

t.test("after an item that fails no other begins, and those under way end first", async (t) => {
  const begun: number[] = []
  const ended: number[] = []
  const work = forEachLimit([0, 1, 2, 3, 4], 2, async (item) => {
    begun.push(item)
    await new Promise((done) => setTimeout(done, item === 0 ? 1 : 20))
    if (item === 0) throw new Error("no")
    ended.push(item)
  })
  await t.rejects(work, /no/)
  t.strictSame(begun, [0, 1])
  t.strictSame(ended, [1])
})
