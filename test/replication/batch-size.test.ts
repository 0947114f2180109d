import fc from "fast-check"
import t from "tap"
import {
  beginAnew,
  type Ended,
  firstSizing,
  learn,
  type Sizing,
} from "../../src/executors/stage/batch-size.ts"
import { forEachLimit } from "../../src/executors/stage/for-each-limit.ts"
import { batchSize, countBatches } from "../../src/kinds/cost.ts"

const most = 20

/** Calls that end one after another, each after so many milliseconds. */
function after(sizing: Sizing, ends: readonly Omit<Ended, "now" | "timeoutMs">[], every = 100): Sizing {
  return ends.reduce(
    (now, end, index) => learn(now, { ...end, timeoutMs: 60_000, now: index * every }, most),
    sizing,
  )
}

const full = { asked: most, made: most, ms: 3_000 }

t.test("a chunk that takes the cloud a sixth of the time limit is halved, one call at a time", async (t) => {
  const slow = { asked: 20, made: 20, ms: 10_001 }
  t.equal(after(firstSizing(most), [slow]).size, 10)
  t.equal(after(firstSizing(most), [slow, slow, slow]).size, 10, "calls that were cut before say nothing new")
  t.equal(after(firstSizing(most), [slow, { ...slow, asked: 10 }]).size, 5)
  t.equal(after(firstSizing(most), [{ ...slow, asked: 1, made: 0 }]).size, 1, "never less than one")
})

t.test("a host that gives a cloud more time gets larger chunks", async (t) => {
  const slow = { asked: 20, made: 20, ms: 40_000, now: 0 }
  t.equal(learn(firstSizing(most), { ...slow, timeoutMs: 300_000 }, most).size, 20)
  t.equal(learn(firstSizing(most), { ...slow, timeoutMs: 60_000 }, most).size, 10)
})

t.test("a chunk that is made quickly may grow again, up to what the kind allows", async (t) => {
  const small = { ...firstSizing(most), size: 5 }
  t.equal(after(small, [{ asked: 5, made: 5, ms: 100 }]).size, 10)
  t.equal(after(small, [{ asked: 3, made: 3, ms: 100 }]).size, 5, "a chunk that was not full tells nothing")
  t.equal(after(firstSizing(most), [{ ...full, ms: 100 }]).size, most)
})

t.test("more calls at once are tried while they make more, and given up when they make less", async (t) => {
  const first = firstSizing(most)
  const calls = (count: number) => Array.from({ length: count }, () => full)
  const once = after(first, calls(2 * first.atOnce + 1))
  t.equal(once.atOnce, first.atOnce + 1, "one more is tried")
  const same = after(beginAnew(once), calls(2 * once.atOnce + 1))
  t.equal(same.atOnce, once.atOnce, "the same rate changes nothing")
  const faster = after(beginAnew(once), calls(2 * once.atOnce + 1), 50)
  t.equal(faster.atOnce, once.atOnce + 1)
  const slower = after(beginAnew(faster), calls(2 * faster.atOnce + 1), 200)
  t.equal(slower.atOnce, faster.atOnce - 1)
})

t.test("whatever calls come to, sizes and calls at once stay within their bounds", async () => {
  const end = fc.record({
    asked: fc.integer({ min: 1, max: most }),
    made: fc.nat(most),
    ms: fc.nat(70_000),
    wait: fc.nat(5_000),
  })
  fc.assert(
    fc.property(fc.array(end, { maxLength: 200 }), (ends) => {
      let now = 0
      let sizing = firstSizing(most)
      for (const { wait, ...one } of ends) {
        now += wait
        sizing = learn(sizing, { ...one, timeoutMs: 60_000, now }, most)
        if (sizing.size < 1 || sizing.size > most) throw new Error(`size ${sizing.size}`)
        if (sizing.atOnce < 4 || sizing.atOnce > 16) throw new Error(`at once ${sizing.atOnce}`)
      }
    }),
  )
})

t.test(
  "objects that bulk makes no faster are spread over calls at once before calls are filled up",
  async (t) => {
    const sizes = (batch: Parameters<typeof batchSize>[0]) =>
      [3, 9, 21, 45, 100, 1_000].map((count) => batchSize(batch, count))
    t.strictSame(sizes({ maxSize: 25, minSize: 5 }), [5, 5, 6, 12, 25, 25])
    t.strictSame(sizes({ maxSize: 50 }), [50, 50, 50, 50, 50, 50], "others fill their calls")
    t.strictSame(
      sizes({ maxSize: 50, whole: true }),
      [3, 9, 21, 45, 100, 1_000],
      "what is one thing is never parted",
    )
    const objects = Array.from({ length: 45 }, (_, index) => ({ body: { group: index % 2 } }))
    t.equal(countBatches({ maxSize: 25, minSize: 5 }, objects), 4)
    t.equal(
      countBatches({ maxSize: 25, groupBy: ({ group }) => String(group) }, objects),
      2,
      "each group has its calls",
    )
  },
)

t.test("items are worked on in their order, so many at a time as is said then", async (t) => {
  let room = 2
  let running = 0
  let most = 0
  const begun: number[] = []
  await forEachLimit(
    Array.from({ length: 12 }).keys(),
    () => room,
    async (item) => {
      begun.push(item)
      running += 1
      most = Math.max(most, running)
      if (item < 4) t.ok(running <= 2)
      if (item === 4) room = 5
      await new Promise((done) => setImmediate(done))
      running -= 1
    },
  )
  t.strictSame(begun, [...Array.from({ length: 12 }).keys()])
  t.equal(most, 5)
})

t.test("after an item that fails no other begins, and those under way end first", async (t) => {
  const begun: number[] = []
  const ended: number[] = []
  const work = forEachLimit(
    [0, 1, 2, 3, 4],
    () => 2,
    async (item) => {
      begun.push(item)
      await new Promise((done) => setTimeout(done, item === 0 ? 1 : 20))
      if (item === 0) throw new Error("no")
      ended.push(item)
    },
  )
  await t.rejects(work, /no/)
  t.strictSame(begun, [0, 1])
  t.strictSame(ended, [1])
})
