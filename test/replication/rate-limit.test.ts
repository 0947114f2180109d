import { setTimeout as sleep } from "node:timers/promises"
import fc from "fast-check"
import { sql } from "kysely"
import pg from "pg"
import t from "tap"
import { type LimiterStore, openLimiterStore } from "../../src/executors/clouds/limiter-store.ts"
import { SharedLimiter } from "../../src/executors/clouds/shared-limiter.ts"
import { type Db, openDatabase } from "../../src/models/database.ts"
import { migrateOwnTables } from "../../src/models/migrate.ts"
import type { CloudConnection } from "../../src/openstack/cloud/types.ts"
import { type AcquireOptions, PauseTooLong } from "../../src/openstack/limiter/limiter.ts"
import { withDatabase } from "../helpers/database.ts"
import { waitFor } from "../helpers/wait-for.ts"

const cloud = 7
const patientCall: AcquireOptions = {
  maxPauseMs: 60_000,
  urgent: false,
  isRetry: false,
  fairnessKey: "",
  signal: new AbortController().signal,
}
const cause = { service: "network", status: 429 } as const

t.test("all processes together have no more calls in flight than the limit of the cloud", (t) =>
  withLimiters(3, async (processes) => {
    let busy = 0
    let busiest = 0
    const done = processes.map(() => 0)
    await Promise.all(
      processes.flatMap((limiters, index) =>
        Array.from({ length: 40 }, async () => {
          const release = await limiterOf(limiters, { inFlight: 4 }).acquire(patientCall)
          busy += 1
          busiest = Math.max(busiest, busy)
          await sleep(2)
          busy -= 1
          release()
          done[index] = (done[index] ?? 0) + 1
        }),
      ),
    )
    t.same(done, [40, 40, 40])
    t.equal(busiest, 4)
  }),
)

t.test("all processes together start no more calls in a window than the rate of the cloud", (t) =>
  withLimiters(3, async (processes) => {
    const starts: number[] = []
    await Promise.all(
      processes.flatMap((limiters) =>
        Array.from({ length: 20 }, async () => {
          const release = await limiterOf(limiters, { requestsPerSecond: 20, inFlight: 100 }).acquire(
            patientCall,
          )
          starts.push(performance.now())
          release()
        }),
      ),
    )
    t.equal(starts.length, 60)
    // The first 20 may start at once, and the last 20 two seconds after them at the earliest.
    t.ok((starts[40] ?? 0) - (starts[0] ?? 0) >= 1_900, "the rate holds for all of them together")
  }),
)

t.test("whatever processes request, no more slots are granted than there are", (t) =>
  withLimiters(1, async (_, db) => {
    const report = fc.record({
      who: fc.constantFrom("a", "b", "c"),
      ended: fc.nat({ max: 5 }),
      wanted: fc.nat({ max: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(report, { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (all, most) => {
          await sql`delete from openstack_replication.limiter_usage`.execute(db)
          const running = new Map<string, number>()
          for (const { who, ended, wanted } of all) {
            const left = Math.max(0, (running.get(who) ?? 0) - ended)
            const { rows } = await sql<{ start_ms: readonly number[] }>`
            select * from openstack_replication.acquire_slots(
              ${cloud}, ${who}, ${left}, ${wanted}, 0, ${most}, 20, 0.01, 60000)`.execute(db)
            running.set(who, left + (rows[0]?.start_ms.length ?? 0))
            const sum = running.values().reduce((a, b) => a + b, 0)
            if (sum > most) throw new Error(`${sum} of ${most} slots`)
          }
        },
      ),
      { numRuns: 25 },
    )
    t.pass()
  }),
)

t.test("a pause that a cloud requests of one process holds for all", (t) =>
  withLimiters(2, async ([first, second], db) => {
    limiterOf(first).pause(60_000, cause)
    await until(db, sql`select from openstack_replication.limiter where paused_until > now()`)
    await t.rejects(limiterOf(second).acquire({ ...patientCall, maxPauseMs: 1_000 }), PauseTooLong)
  }),
)

t.test("a pause that an operator ends in the database ends for waiting and new calls", (t) =>
  withLimiters(1, async ([limiters], db) => {
    limiterOf(limiters).pause(60_000, cause)
    await until(db, sql`select from openstack_replication.limiter where paused_until > now()`)
    const waiting = limiterOf(limiters).acquire({ ...patientCall, maxPauseMs: 120_000 })
    await t.rejects(limiterOf(limiters).acquire({ ...patientCall, maxPauseMs: 1_000 }), PauseTooLong)
    await sql`update openstack_replication.limiter set paused_until = now()`.execute(db)
    ;(await waiting)()
    ;(await limiterOf(limiters).acquire({ ...patientCall, maxPauseMs: 1_000 }))()
    t.pass()
  }),
)

t.test("a call with a granted slot does not start during a pause that was requested meanwhile", (t) =>
  withLimiters(2, async ([first, second], db) => {
    const slow = { requestsPerSecond: 2 }
    for (let i = 0; i < 2; i += 1) (await limiterOf(first, slow).acquire(patientCall))()
    const granted = limiterOf(first, slow).acquire({ ...patientCall, maxPauseMs: 5_000 })
    await until(db, sql`select from openstack_replication.limiter where recent_starts[2] > clock_timestamp()`)
    limiterOf(second, slow).pause(60_000, cause)
    await t.rejects(granted, PauseTooLong)
  }),
)

t.test("a free slot is granted to the process that has waited longest", (t) =>
  withLimiters(2, async ([first, second], db) => {
    const one = { inFlight: 1 }
    const order: string[] = []
    const release = await limiterOf(first, one).acquire(patientCall)
    const acquire = async (limiters: LimiterStore, name: string) => {
      const done = await limiterOf(limiters, one).acquire(patientCall)
      order.push(name)
      done()
    }
    const other = acquire(second, "second")
    await until(
      db,
      sql`select from openstack_replication.limiter_usage where owner = ${second.owner} and waiting_since is not null`,
    )
    const own = acquire(first, "first")
    await until(
      db,
      sql`select from openstack_replication.limiter_usage where owner = ${first.owner} and waiting_since is not null`,
    )
    release()
    await Promise.all([other, own])
    t.same(order, ["second", "first"])
  }),
)

t.test("the slots of a dead process are free once its calls must have ended", (t) =>
  withLimiters(2, async ([dead, living], db) => {
    const one = { inFlight: 1 }
    await limiterOf(dead, one).acquire(patientCall)
    const waiting = limiterOf(living, one).acquire(patientCall)
    await until(
      db,
      sql`select from openstack_replication.limiter_usage where owner = ${living.owner} and waiting_since is not null`,
    )
    await sql`update openstack_replication.limiter_usage set expires = now() where owner = ${dead.owner}`.execute(
      db,
    )
    ;(await waiting)()
    t.pass("another process has its slot")
  }),
)

t.test("a fenced process starts nothing until it has a new owner name", (t) =>
  withLimiters(1, async ([limiters], db) => {
    ;(await limiterOf(limiters).acquire(patientCall))()
    await db.insertInto("openstack_replication.fenced_owner").values({ owner: limiters.owner }).execute()
    await t.rejects(limiterOf(limiters).acquire({ ...patientCall, maxPauseMs: 10 }), PauseTooLong)
    const waiting = limiterOf(limiters).acquire(patientCall)
    await limiters.renewOwner()
    ;(await waiting)()
    t.pass("then it goes on")
  }),
)

t.test(
  "without its database a process starts nothing: calls wait up to their deadline, and then start or fail",
  (t) =>
    withLimiters(1, async ([limiters], _, url) => {
      limiterOf(limiters)
      const nowhere = openDatabase(new pg.Pool({ connectionString: url.replace(/:\d+\//, ":1/") }))
      const away = openLimiterStore(nowhere)
      await t.rejects(
        limiterOf(away).acquire({ ...patientCall, maxPauseMs: 10 }),
        /no rate-limit slot granted for \d+ s: the database is unreachable/,
      )
      await away.close()
      await nowhere.destroy()
      limiterOf(limiters)
      let requests = 0
      const limiter = new SharedLimiter(async ({ wanted }) => {
        requests += 1
        if (requests === 1) throw new Error("connection refused")
        return { pausedMs: 0, startsMs: Array.from({ length: wanted }, () => 0), alone: true, fenced: false }
      })
      ;(await limiter.acquire(patientCall))()
      t.equal(requests, 2)
      await limiter.close()
    }),
)

/** This many processes on one database, each with its own limiters. */
function withLimiters(
  count: number,
  run: (processes: readonly [LimiterStore, LimiterStore, LimiterStore], db: Db, url: string) => Promise<void>,
): Promise<void> {
  return withDatabase(async ({ pool, url }) => {
    const db = openDatabase(pool)
    await migrateOwnTables(db)
    const processes = Array.from({ length: count }, () => openLimiterStore(db))
    try {
      await run(processes as unknown as readonly [LimiterStore, LimiterStore, LimiterStore], db, url)
    } finally {
      await Promise.all(processes.map((limiters) => limiters.close()))
    }
  })
}

function limiterOf(limiters: LimiterStore, limits: Partial<CloudConnection> = {}) {
  const connection = { name: "B", authUrl: "", username: "", password: "", projectName: "" }
  return limiters.limiter(cloud, { ...connection, requestsPerSecond: 10_000, ...limits })
}

/** Waits until a query returns a row. */
function until(db: Db, query: ReturnType<typeof sql>): Promise<unknown> {
  const what = `a row of ${query.compile(db).sql}`
  return waitFor(what, async () => (await query.execute(db)).rows.length, { everyMs: 5, timeoutMs: 30_000 })
}
