import t from "tap"
import type { RuleSpec, TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { settled } from "../../src/kinds/settled.ts"
import { request } from "../helpers/rollback.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { withWorld } from "../helpers/world.ts"

const inUse = {
  status: 409,
  body: {
    NeutronError: { type: "SecurityGroupRuleInUse", message: "Security Group Rule in use.", detail: "" },
  },
}

/** A group that has one rule, and none of those that a group is born with. */
function withNarrowGroup(): TenantSpec {
  const spec = demoTenant("small")
  const rule: RuleSpec = {
    direction: "ingress",
    ethertype: "IPv4",
    protocol: "tcp",
    portMin: 22,
    portMax: 22,
    remoteIpPrefix: null,
    remoteGroup: null,
    description: "",
  }
  return {
    ...spec,
    groups: [...spec.groups, { key: "narrow", name: "narrow", description: "", rules: [rule] }],
  }
}

t.test("a rule that a group was born with, and that is gone when it is deleted, stops nothing", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(withNarrowGroup())
    let gone = ""
    world.destination.onRequest = async ({ method, path }) => {
      if (method !== "DELETE" || !path.startsWith("security-group-rules/")) return
      world.destination.onRequest = undefined
      // An earlier deletion is carried out only now.
      await world.destinationCloud.call({ service: "network", method, path: `/${path}` })
      gone = path
    }
    const { uuid } = await world.create(tenant, request)
    const migration = await world.ended(uuid)
    t.not(gone, "")
    t.equal(migration.state, "OK", migration.error_message)
    t.strictSame(
      await viewTenant(world.destinationCloud, await world.projectOf(migration)),
      await viewTenant(world.sourceCloud, tenant.projectId),
    )
  }),
)

t.test("a group whose born rules cannot be taken away at once is not made twice", (t) =>
  withWorld(async (world) => {
    const spec = demoTenant("small")
    const empty = ["one", "two"].map((key) => ({ key, name: `empty ${key}`, description: "", rules: [] }))
    const tenant = await world.importTenant({ ...spec, groups: [...spec.groups, ...empty] })
    let refused = false
    world.destination.onRequest = async ({ method, path }) => {
      if (refused || method !== "DELETE" || !path.startsWith("security-group-rules/")) return
      refused = true
      return inUse
    }
    const { uuid } = await world.create(tenant, request)
    const migration = await world.ended(uuid)
    t.ok(refused)
    t.equal(migration.state, "OK", migration.error_message)
    t.strictSame(
      await viewTenant(world.destinationCloud, await world.projectOf(migration)),
      await viewTenant(world.sourceCloud, tenant.projectId),
    )
  }),
)

t.test("a fault of one call is thrown when the others have ended, too", async (t) => {
  const slow = Promise.withResolvers<void>()
  let thrown: unknown
  const all = settled([Promise.reject(new Error("refused")), slow.promise]).catch((error: unknown) => {
    thrown = error
  })
  await new Promise(setImmediate)
  t.equal(thrown, undefined, "while one is under way")
  slow.resolve()
  await all
  t.match(thrown, { message: "refused" })
})
