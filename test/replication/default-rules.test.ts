import t from "tap"
import type { RuleSpec, TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"
import { allSettledOrThrow } from "../../src/kinds/all-settled-or-throw.ts"
import { securityGroupRule } from "../../src/kinds/security-group-rule.ts"
import { createResource, listResources } from "../../src/openstack/index.ts"
import { act } from "../helpers/migration.ts"
import { full, request } from "../helpers/rollback.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { withWorld } from "../helpers/world.ts"

const inUse = {
  status: 409,
  body: {
    NeutronError: { type: "SecurityGroupRuleInUse", message: "Security Group Rule in use.", detail: "" },
  },
}

/** A group with a rule for each of some ports and without the default rules. */
function withNarrowGroup(...ports: readonly number[]): TenantSpec {
  const spec = demoTenant("small")
  const rules = ports.map(
    (port): RuleSpec => ({
      direction: "ingress",
      ethertype: "IPv4",
      protocol: "tcp",
      portMin: port,
      portMax: port,
      remoteIpPrefix: null,
      remoteGroup: null,
      description: "",
    }),
  )
  return {
    ...spec,
    groups: [...spec.groups, { key: "narrow", name: "narrow", description: "", rules }],
  }
}

t.test("a default rule that is gone before its deletion is no failure", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(withNarrowGroup(22))
    let gone = ""
    world.destination.onRequest = async ({ method, path }) => {
      if (method !== "DELETE" || !path.startsWith("security-group-rules/")) return
      world.destination.onRequest = undefined
      // An earlier deletion takes effect only now.
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

t.test("a group whose default rules cannot be deleted at first is not created twice", (t) =>
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

t.test("a rule that a user added to a copied group survives a retry, and the verification names it", (t) =>
  withWorld(async (world) => {
    const tenant = await world.importTenant(withNarrowGroup(22, 9001))
    world.destination.onRequest = async ({ method, path, body }) =>
      method === "POST" && path === "security-group-rules" && JSON.stringify(body).includes("9001")
        ? full
        : undefined
    const { uuid } = await world.create(tenant, request)
    const erred = await world.ended(uuid)
    t.equal(erred.state, "ERRED")
    world.destination.onRequest = undefined
    const project_id = await world.projectOf(erred)
    const { rows } = await world.pool.query(
      "select backend_id, name from openstack_replication.object where kind = 'security_group' and name = 'narrow'",
    )
    const theirs = await createResource(world.destinationCloud, "security-group-rules", {
      ...{ project_id, security_group_id: rows[0].backend_id, direction: "ingress", ethertype: "IPv4" },
      ...{ protocol: "tcp", port_range_min: 8443, port_range_max: 8443, description: "in a hurry" },
    })
    t.equal((await act(world, uuid, "retry")).status, 200)
    const migration = await world.ended(uuid)
    t.equal(migration.state, "OK", migration.error_message)
    const { verification } = await world.owner.progress(uuid)
    t.match(verification, { unmanaged: 1 })
    const left = await listResources(world.destinationCloud, "security-group-rules", { project_id })
    t.ok(left.some(({ id }) => id === theirs.id))
  }),
)

interface Left {
  readonly begun?: boolean
  readonly group?: string
  readonly createdAt?: string
  readonly groupCreatedAt?: string
}

const leftOver: readonly (readonly [string, Left, boolean])[] = [
  [
    "created with its group",
    { createdAt: "2026-01-01T00:00:01Z", groupCreatedAt: "2026-01-01T00:00:00Z" },
    true,
  ],
  ["of a cloud without creation times", {}, true],
  [
    "created later than its group",
    { createdAt: "2026-01-01T00:05:00Z", groupCreatedAt: "2026-01-01T00:00:00Z" },
    false,
  ],
  ["in a group of which a rule was requested or matched", { begun: true }, false],
  ["in a group that is not copied", { group: "unmanaged" }, false],
]
for (const [title, { begun = false, group = "managed", createdAt, groupCreatedAt }, deleted] of leftOver) {
  t.test(`an unplanned rule, ${title}, is ${deleted ? "deleted" : "kept"}`, async (t) => {
    const common = {
      id: "1",
      direction: "egress",
      ethertype: "IPv4",
      protocol: null,
      project_id: "p",
      port_range_min: null,
      port_range_max: null,
      remote_ip_prefix: null,
      remote_group_id: null,
    } as const
    const body = { ...common, security_group_id: "managed", description: "" }
    const desired = [{ key: "1", name: "", body }]
    const rule = { ...common, security_group_id: group, description: null }
    const times = {
      ...(createdAt !== undefined && { created_at: createdAt }),
      ...(groupCreatedAt !== undefined && { group_created_at: groupCreatedAt }),
    }
    const left = [{ ...rule, ...times }]
    t.strictSame(
      securityGroupRule.removal.toPrune?.(desired, begun ? desired : [], left),
      deleted ? left : [],
    )
  })
}

t.test("the error of one call is thrown after the other calls have ended", async (t) => {
  const slow = Promise.withResolvers<void>()
  let thrown: unknown
  const all = allSettledOrThrow([Promise.reject(new Error("refused")), slow.promise]).catch(
    (error: unknown) => {
      thrown = error
    },
  )
  await new Promise(setImmediate)
  t.equal(thrown, undefined, "while another call is in flight")
  slow.resolve()
  await all
  t.match(thrown, { message: "refused" })
})
