import pg from "pg"
import t from "tap"
import { withDatabase } from "../helpers/database.ts"

t.test("each test has its own database, which is dropped afterwards", async (t) => {
  const names = await Promise.all([1, 2, 3].map(() => withDatabase(async ({ pool }) => nameOf(pool))))
  t.equal(new Set(names).size, 3)
  await withDatabase(async ({ pool }) => {
    const { rows } = await pool.query("select datname from pg_database where datname = any ($1)", [names])
    t.strictSame(rows, [])
  })
})

t.test("a test that leaves a connection open fails", async (t) => {
  let client: pg.Client | undefined
  const leaky = withDatabase(async ({ url }) => {
    client = new pg.Client(url)
    client.on("error", () => undefined)
    await client.connect()
  })
  await t.rejects(leaky, { message: /connections that the test left open/ })
  await client?.end().catch(() => undefined)
})

t.test("a failing test is reported with its own error", async (t) => {
  await t.rejects(
    withDatabase(async () => {
      throw new Error("the reason")
    }),
    { message: "the reason" },
  )
})

async function nameOf(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>("select current_database() as name")
  return rows[0]?.name ?? ""
}
