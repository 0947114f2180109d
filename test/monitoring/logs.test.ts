import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import { ask } from "../helpers/http.ts"
import { keptLog, level } from "../helpers/kept-log.ts"
import { withWorld } from "../helpers/world.ts"

t.test(
  "every line about a stage has migration, stage and cloud, and its end is one line with counts",
  (t) => {
    const log = keptLog()
    return withWorld(
      async (world) => {
        const tenant = await world.importTenant(demoTenant("small"))
        const { uuid } = await world.ended((await world.create(tenant)).uuid)
        await world.app.close()
        const lines = log.lines().filter(({ stage }) => stage !== undefined)
        t.ok(lines.length > 20)
        for (const line of lines) t.match(line, { migration: uuid, cloud: /region [AB]$/ }, line.msg)
        const ends = lines.filter(({ msg }) => msg === "stage ended")
        t.equal(ends.length, new Set(ends.map(({ stage }) => stage)).size, "one line for each stage")
        t.match(
          ends.find(({ stage }) => stage === "network"),
          { level: level.info, attempt: 1, calls: Number, writes: Number, objects: { done: 2 }, ms: Number },
        )
        const calls = lines.filter(({ msg }) => msg === "call to a cloud")
        t.equal(calls.length, world.calls.length, "each call is a line")
        for (const call of calls)
          t.match(call, { level: level.debug, service: String, method: String, status: Number })
        t.ok(calls.some(({ requestId }) => /^req-/.test(String(requestId))))
      },
      {},
      {},
      log.logger,
    )
  },
)

t.test("an object that a cloud rejects is logged with the cloud's words and its request id", (t) => {
  const log = keptLog()
  return withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      world.destination.onRequest = async ({ method, path }) =>
        method === "POST" && path === "routers"
          ? {
              status: 409,
              body: { NeutronError: { type: "OverQuota", message: "No more routers.", detail: "" } },
              headers: { "x-openstack-request-id": "req-refused" },
            }
          : undefined
      const { uuid } = await world.ended((await world.create(tenant)).uuid)
      const refused = log.lines().filter(({ msg }) => msg === "object not created")
      t.equal(refused.length, 1)
      t.match(refused[0], {
        level: level.warn,
        migration: uuid,
        stage: "router",
        cloud: "OpenStack, region B",
        code: "CLOUD_REFUSED",
        status: 409,
        requestId: "req-refused",
        reason: /No more routers/,
      })
    },
    {},
    {},
    log.logger,
  )
})

t.test("a row that the database rejects is not logged, because it holds the new tenant's password", (t) => {
  const log = keptLog()
  return withWorld(
    async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      await world.pool.query(
        "alter table openstack_tenant add check (user_password = '') not valid, alter user_password set default ''",
      )
      const answer = await ask(`${world.url}/api/openstack-migrations/`, {
        method: "POST",
        token: world.rows.users.owner.token,
        body: {
          src_resource: tenant.resourceUuid,
          dst_offering: world.rows.destination.offering.uuid,
          dst_plan: world.rows.destinationPlan.uuid,
        },
      })
      t.equal(answer.status, 500)
      t.strictSame(answer.body, { detail: "A server error occurred." })
      const line = log.lines().find(({ msg }) => msg === "request failed")
      t.match(line, { level: level.error, error: { code: "23514", message: /violates check constraint/ } })
      t.notMatch(log.text(), /Failing row contains/)
    },
    { worker: false },
    {},
    log.logger,
  )
})
