import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import type { SimulatedCloud } from "../../simulator/index.ts"
import { withWorld } from "../helpers/world.ts"

const revoked = {
  status: 401,
  body: {
    error: {
      code: 401,
      title: "Unauthorized",
      message: "The request you have made requires authentication.",
    },
  },
}

/** Refuses the token of a read this often. Returns a function that returns the number of requests. */
function refuse(cloud: SimulatedCloud, path: string, times: number): () => number {
  let requests = 0
  cloud.onRequest = async (call) => {
    if (call.method !== "GET" || call.path !== path) return undefined
    requests += 1
    return requests <= times ? revoked : undefined
  }
  return () => requests
}

t.test("a read whose token was revoked twice is retried", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    const source = refuse(world.source, "subnets", 2)
    const destination = refuse(world.destination, "trunks", 2)
    const { uuid } = await world.create(tenant)
    const migration = await world.ended(uuid)
    t.equal(migration.error_message, "")
    t.ok(source() > 2 && destination() > 2, "both tokens were refused, and the read was repeated")
    const { rows } = await world.pool.query(
      "select survey ->> 'unread' as survey, verification ->> 'unread' as verification from openstack_replication.run",
    )
    t.strictSame(rows, [{ survey: null, verification: null }], "and everything counts as read")
    const { verification } = await world.owner.progress(uuid)
    t.match(verification, { differences: 0, source: { changes: 0 } })
  }),
)

t.test("a cloud that refuses every token is read only a few times", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(demoTenant("small"))
    refuse(world.destination, "trunks", Number.POSITIVE_INFINITY)
    const { uuid } = await world.create(tenant)
    const migration = await world.ended(uuid)
    t.equal(migration.state, "ERRED")
    t.match(
      migration.error_message,
      /^Every object was created, but the destination could not be read to verify them: .*401/,
    )
  }),
)
