import { setTimeout as sleep } from "node:timers/promises"
import fc from "fast-check"
import { sql } from "kysely"
import pg from "pg"
import t from "tap"
import { type Lanes, openLanes } from "../../src/executors/clouds/limiter-store.ts"
import { LaneGate } from "../../src/executors/clouds/shared-limiter.ts"
import { type Db, openDatabase } from "../../src/models/database.ts"
import { migrateOwnTables } from "../../src/models/migrate.ts"
import { type Entry, PauseTooLong } from "../../src/openstack/limiter.ts"
import type { CloudConnection } from "../../src/openstack/types.ts"
import { withDatabase } from "../helpers/database.ts"

const cloud = 7
const calm: Entry = {
  patienceMs: 60_000,
  urgent: false,
  again: false,
  flow: "",
  signal: new AbortController().signal,
}
const cause = { service: "network", status: 429 } as const

t.test("all processes together have no more calls under way than the cloud's limit", (t) =>
  withLanes(3, async (processes) => {
    let busy = 0
    let busiest = 0
    const done = processes.map(() => 0)
    await Promise.all(
      processes.flatMap((lanes, index) =>
        Array.from({ length: 40 }, async () => {
          const leave = await gateOf(lanes, { inFlight: 4 }).enter(calm)
          busy += 1
          busiest = Math.max(busiest, busy)
          await sleep(2)
          busy -= 1
          leave()
          done[index] = (done[index] ?? 0) + 1
        }),
      ),
    )
    t.same(done, [40, 40, 40])
    t.equal(busiest, 4)
  }),
)

t.test("all processes together start no more calls in a window of time than the cloud's rate", (t) =>
  withLanes(3, async (processes) => {
    const starts: number[] = []
    await Promise.all(
      processes.flatMap((lanes) =>
        Array.from({ length: 20 }, async () => {
          const leave = await gateOf(lanes, { requestsPerSecond: 20, inFlight: 100 }).enter(calm)
          starts.push(performance.now())
          leave()
        }),
      ),
    )
    t.equal(starts.length, 60)
    // The first 20 may start at once, and the last 20 not before two seconds after them.
    t.ok((starts[40] ?? 0) - (starts[0] ?? 0) >= 1_900, "the rate holds over all of them")
  }),
)

t.test("whatever processes say, no more places are given away than there are", (t) =>
  withLanes(1, async (_, db) => {
    const told = fc.record({
      who: fc.constantFrom("a", "b", "c"),
      ended: fc.nat({ max: 5 }),
      wanted: fc.nat({ max: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(told, { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (all, most) => {
          await sql`delete from openstack_replication.lane_hold`.execute(db)
          const running = new Map<string, number>()
          for (const { who, ended, wanted } of all) {
            const left = Math.max(0, (running.get(who) ?? 0) - ended)
            const { rows } = await sql<{ start_ms: readonly number[] }>`
            select * from openstack_replication.lane_turn(
              ${cloud}, ${who}, ${left}, ${wanted}, 0, ${most}, 20, 0.01, 60000)`.execute(db)
            running.set(who, left + (rows[0]?.start_ms.length ?? 0))
            const sum = running.values().reduce((a, b) => a + b, 0)
            if (sum > most) throw new Error(`${sum} of ${most} places`)
          }
        },
      ),
      { numRuns: 25 },
    )
    t.pass()
  }),
)

t.test("a pause that one process was asked for holds all of them back", (t) =>
  withLanes(2, async ([first, second], db) => {
    gateOf(first).pause(60_000, cause)
    await until(db, sql`select from openstack_replication.lane where paused_until > now()`)
    await t.rejects(gateOf(second).enter({ ...calm, patienceMs: 1_000 }), PauseTooLong)
  }),
)

t.test("a pause that a person has ended in the database ends, for who waits and who comes", (t) =>
  withLanes(1, async ([lanes], db) => {
    gateOf(lanes).pause(60_000, cause)
    await until(db, sql`select from openstack_replication.lane where paused_until > now()`)
    const waiting = gateOf(lanes).enter({ ...calm, patienceMs: 120_000 })
    await t.rejects(gateOf(lanes).enter({ ...calm, patienceMs: 1_000 }), PauseTooLong)
    await sql`update openstack_replication.lane set paused_until = now()`.execute(db)
    ;(await waiting)()
    ;(await gateOf(lanes).enter({ ...calm, patienceMs: 1_000 }))()
    t.pass()
  }),
)

t.test("a call that was granted its start does not begin in a pause that came meanwhile", (t) =>
  withLanes(2, async ([first, second], db) => {
    const slow = { requestsPerSecond: 2 }
    for (let i = 0; i < 2; i += 1) (await gateOf(first, slow).enter(calm))()
    const granted = gateOf(first, slow).enter({ ...calm, patienceMs: 5_000 })
    await until(db, sql`select from openstack_replication.lane where starts[2] > clock_timestamp()`)
    gateOf(second, slow).pause(60_000, cause)
    await t.rejects(granted, PauseTooLong)
  }),
)

t.test("a place that becomes free is for the process that has waited longest", (t) =>
  withLanes(2, async ([first, second], db) => {
    const one = { inFlight: 1 }
    const order: string[] = []
    const leave = await gateOf(first, one).enter(calm)
    const enter = async (lanes: Lanes, name: string) => {
      const done = await gateOf(lanes, one).enter(calm)
      order.push(name)
      done()
    }
    const other = enter(second, "second")
    await until(
      db,
      sql`select from openstack_replication.lane_hold where holder = ${second.holder} and waits_since is not null`,
    )
    const own = enter(first, "first")
    await until(
      db,
      sql`select from openstack_replication.lane_hold where holder = ${first.holder} and waits_since is not null`,
    )
    leave()
    await Promise.all([other, own])
    t.same(order, ["second", "first"])
  }),
)

t.test("the places of a process that died are free again when its calls must be over", (t) =>
  withLanes(2, async ([dead, living], db) => {
    const one = { inFlight: 1 }
    await gateOf(dead, one).enter(calm)
    const waiting = gateOf(living, one).enter(calm)
    await until(
      db,
      sql`select from openstack_replication.lane_hold where holder = ${living.holder} and waits_since is not null`,
    )
    await sql`update openstack_replication.lane_hold set until = now() where holder = ${dead.holder}`.execute(
      db,
    )
    ;(await waiting)()
    t.pass("another one has its place")
  }),
)

t.test("a process that was taken for dead starts nothing until it has begun anew", (t) =>
  withLanes(1, async ([lanes], db) => {
    ;(await gateOf(lanes).enter(calm))()
    await db.insertInto("openstack_replication.dead_holder").values({ holder: lanes.holder }).execute()
    await t.rejects(gateOf(lanes).enter({ ...calm, patienceMs: 10 }), PauseTooLong)
    const waiting = gateOf(lanes).enter(calm)
    await lanes.renewHolder()
    ;(await waiting)()
    t.pass("then it goes on")
  }),
)

t.test(
  "without its database a process starts nothing: calls wait as long as they may, and then go on or fail",
  (t) =>
    withLanes(1, async ([lanes], _, url) => {
      gateOf(lanes)
      const nowhere = openDatabase(new pg.Pool({ connectionString: url.replace(/:\d+\//, ":1/") }))
      const away = openLanes(nowhere)
      await t.rejects(gateOf(away).enter({ ...calm, patienceMs: 10 }), /for \d+ s the database gave no leave/)
      await away.close()
      await nowhere.destroy()
      gateOf(lanes)
      let asked = 0
      const gate = new LaneGate(async ({ wanted }) => {
        asked += 1
        if (asked === 1) throw new Error("connection refused")
        return { pausedMs: 0, startsMs: Array.from({ length: wanted }, () => 0), alone: true, fenced: false }
      })
      ;(await gate.enter(calm))()
      t.equal(asked, 2)
      await gate.close()
    }),
)

/** So many processes on one database, as far as lanes can tell. */
function withLanes(
  count: number,
  run: (processes: readonly [Lanes, Lanes, Lanes], db: Db, url: string) => Promise<void>,
): Promise<void> {
  return withDatabase(async ({ pool, url }) => {
    const db = openDatabase(pool)
    await migrateOwnTables(db)
    const processes = Array.from({ length: count }, () => openLanes(db))
    try {
      await run(processes as unknown as readonly [Lanes, Lanes, Lanes], db, url)
    } finally {
      await Promise.all(processes.map((lanes) => lanes.close()))
    }
  })
}

function gateOf(lanes: Lanes, limits: Partial<CloudConnection> = {}) {
  const connection = { name: "B", authUrl: "", username: "", password: "", projectName: "" }
  return lanes.gate(cloud, { ...connection, requestsPerSecond: 10_000, ...limits })
}

/** Waits until the database says so. */
async function until(db: Db, query: ReturnType<typeof sql>): Promise<void> {
  while ((await query.execute(db)).rows.length === 0) await sleep(5)
}
