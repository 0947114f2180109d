import { readFileSync } from "node:fs"
import fastify from "fastify"
import type pg from "pg"
import { insertRows, type Row } from "../../host/waldur/insert.ts"
import openstackReplication from "../../plugin/index.ts"
import { withDatabase } from "../helpers/database.ts"

/** A Fastify host on the rows with which the original was recorded (fixture.jsonl). Without a worker, migrations stay planned. */
export interface FixtureHost {
  /** Scheme, host and port. */
  readonly site: string
  /** Address of the list. */
  readonly migrations: string
  readonly pool: pg.Pool
}

/** Tokens of the users of the fixture: the user's number, repeated. */
export const tokens = {
  staff: tokenOf("01"),
  support: tokenOf("02"),
  "customer owner": tokenOf("03"),
  "project admin": tokenOf("04"),
  "project manager": tokenOf("05"),
  "project member": tokenOf("06"),
  "owner of another customer": tokenOf("07"),
  "owner of the provider": tokenOf("08"),
  "inactive user": tokenOf("09"),
  "customer reader": tokenOf("0a"),
} as const

function tokenOf(number: string): string {
  return number.repeat(20)
}

/** Uuids in the body of a create request. */
export const uuids = {
  source: "000000000000000000000000020a0001",
  foreignSource: "000000000000000000000000020a0003",
  shared: { dst_offering: "000000000000000000000000000e0002", dst_plan: "000000000000000000000000000f0002" },
  ofProject: {
    dst_offering: "000000000000000000000000000e0004",
    dst_plan: "000000000000000000000000000f0003",
  },
  autoApproved: {
    dst_offering: "000000000000000000000000000e0009",
    dst_plan: "000000000000000000000000000f0008",
  },
  somebodys: {
    dst_offering: "000000000000000000000000000e000a",
    dst_plan: "000000000000000000000000000f0009",
  },
} as const

/** The body of a create request that gets 201 for users who may order. */
export const goodBody = { src_resource: uuids.source, ...uuids.shared } as const

/** Reads a file of JSON lines in this folder. */
export function readLines<Line>(name: string): readonly Line[] {
  return readFileSync(new URL(name, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
}

/** @param bodyLimit the host's limit of bodies. The number of requests is not limited. */
export function withFixture(
  run: (host: FixtureHost) => Promise<void>,
  { bodyLimit = 1024 * 1024 } = {},
): Promise<void> {
  return withDatabase(async ({ pool }) => {
    await insertFixture(pool)
    const app = fastify({ logger: { level: "silent" }, forceCloseConnections: true })
    try {
      await app.register(openstackReplication, { pool, worker: false, bodyLimit, rateLimit: false })
      const site = await app.listen({ host: "127.0.0.1", port: 0 })
      await run({ site, migrations: `${site}/api/openstack-migrations/`, pool })
    } finally {
      await app.close()
    }
  })
}

/** Rows keep their ids, by which they refer to each other; sequences continue after them. */
async function insertFixture(pool: pg.Pool): Promise<void> {
  const lines = readLines<{ readonly table: string; readonly row: Row }>("fixture.jsonl")
  const tables = Map.groupBy(lines, ({ table }) => table)
  const client = await pool.connect()
  try {
    // Foreign keys are checked at the end of the transaction.
    await client.query("begin")
    for (const [table, its] of tables) {
      await insertRows(
        client,
        table,
        its.map(({ row }) => row),
      )
    }
    for (const [table, its] of tables) {
      const ids = its.map(({ row }) => Number(row.id ?? 0))
      if (Math.max(...ids) === 0) continue
      await client.query("select setval(pg_get_serial_sequence($1, 'id'), $2)", [table, Math.max(...ids)])
    }
    await client.query("commit")
  } finally {
    client.release()
  }
}
