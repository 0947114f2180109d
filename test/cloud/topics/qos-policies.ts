import { refuses, type Tap, withExtensions } from "../suite.ts"
import { type Json, made, madeList, none, record, type Target } from "../wire.ts"

const forbidden = (rule: string) =>
  [403, "PolicyNotAuthorized", `rule:${rule} is disallowed by policy`] as const
const bad = (message: string) => [400, "HTTPBadRequest", message] as const

export const qosPolicies = (t: Tap, target: Target): Promise<unknown> =>
  withExtensions(t, target, ["QoS policies", "qos", "qos-bw-limit-direction"], async (t, tenant) => {
    const { admin } = tenant
    const policy = await tenant.makeAsAdmin("qos/policies", { name: "q", description: "d" })
    const own = `/qos/policies/${policy.id}`
    const rule = (type: string, values: Json, as = admin) =>
      as.network("POST", `${own}/${type}_rules`, { [`${type}_rule`]: values })

    await t.test(
      "an administrator creates them for a project, which reads and does not change them",
      async (t) => {
        t.match(policy, {
          name: "q",
          description: "d",
          shared: false,
          is_default: false,
          rules: [],
          tags: [],
        })
        t.match(await tenant.list("qos/policies"), [{ id: policy.id }])
        await refuses(t, [
          [
            "a tenant's own",
            () => tenant.network("POST", "/qos/policies", { policy: { name: "q" } }),
            ...forbidden("create_policy"),
          ],
          [
            "a tenant's rule",
            () => rule("dscp_marking", { dscp_mark: 26 }, tenant),
            ...forbidden("create_policy_dscp_marking_rule"),
          ],
          [
            "several at once",
            () => admin.network("POST", "/qos/policies", { policies: [{ name: "q" }] }),
            ...bad("Unable to find 'policy' in request body"),
          ],
        ])
        const tags = `/policies/${policy.id}/tags`
        t.match((await admin.network("PUT", tags, { tags: ["x"] })).body, { tags: ["x"] })
        t.match(made(await tenant.network("GET", own)), { tags: ["x"] }, "by a path of their own")
      },
    )

    await t.test("a policy has at most one rule of a type and direction", async (t) => {
      t.match(made(await rule("bandwidth_limit", { max_kbps: 1000 })), {
        max_kbps: 1000,
        max_burst_kbps: 0,
        direction: "egress",
      })
      made(await rule("bandwidth_limit", { max_kbps: 900, direction: "ingress" }))
      made(await rule("dscp_marking", { dscp_mark: 26 }))
      const shown = made(await tenant.network("GET", own))
      const rules = (Array.isArray(shown.rules) ? shown.rules : []).map(record)
      t.same(rules.map(({ type }) => type).toSorted(), ["bandwidth_limit", "bandwidth_limit", "dscp_marking"])
      t.ok(rules.every(({ qos_policy_id }) => qos_policy_id === policy.id))
      await refuses(t, [
        [
          "a second of one direction",
          () => rule("bandwidth_limit", { max_kbps: 5 }),
          409,
          "QoSRulesConflict",
          "Rule bandwidth_limit conflicts with rule ID which already exists in QoS Policy ID.",
        ],
        [
          "a limit without a number",
          () => rule("bandwidth_limit", { direction: "any" }),
          ...bad("Failed to parse request. Required attribute 'max_kbps' not specified"),
        ],
        [
          "a mark that there is not",
          () => rule("dscp_marking", { dscp_mark: 27 }),
          ...bad("Invalid input for dscp_mark. Reason: 27 is not in valid_values."),
        ],
        [
          "a rule that there is not",
          () => admin.network("DELETE", `${own}/dscp_marking_rules/${none}`),
          404,
          "QosRuleNotFound",
          "QoS rule ID for policy ID could not be found.",
        ],
      ])
    })

    await t.test("networks and ports have a policy, and a port shows its network's", async (t) => {
      const network = await tenant.make("networks", { name: "n", qos_policy_id: policy.id })
      t.equal(network.qos_policy_id, policy.id)
      const port = await tenant.make("ports", { network_id: network.id })
      t.match(port, { qos_policy_id: null, qos_network_policy_id: policy.id })
      const put = async (values: Json) =>
        made(await tenant.network("PUT", `/ports/${port.id}`, { port: values }))
      t.equal((await put({ qos_policy_id: policy.id })).qos_policy_id, policy.id)
      await refuses(t, [
        [
          "no such policy",
          () => tenant.network("PUT", `/networks/${network.id}`, { network: { qos_policy_id: none } }),
          404,
          "QosPolicyNotFound",
          "QoS policy ID could not be found.",
        ],
        [
          "to delete a rule that is in use",
          () => admin.network("DELETE", own),
          409,
          "QosPolicyInUse",
          "QoS Policy ID is used by port ID.",
        ],
      ])
      t.equal((await put({ qos_policy_id: null })).qos_policy_id, null)
      const update = { network: { qos_policy_id: null } }
      t.equal(made(await tenant.network("PUT", `/networks/${network.id}`, update)).qos_policy_id, null)
      t.equal((await admin.network("DELETE", own)).status, 204)
      t.same(madeList(await tenant.network("GET", "/qos/policies")), [])
    })

    await t.test("new networks get the project's default policy", async (t) => {
      const before = await tenant.make("networks", { name: "before" })
      const defaultPolicy = await tenant.makeAsAdmin("qos/policies", { name: "default", is_default: true })
      const later = await tenant.make("networks", { name: "later" })
      const without = await tenant.make("networks", { name: "without", qos_policy_id: null })
      t.equal(later.qos_policy_id, defaultPolicy.id)
      t.equal(without.qos_policy_id, defaultPolicy.id, "also of a network without one in its request")
      const { body } = await tenant.network("GET", `/networks/${before.id}`)
      t.match(body, { network: { qos_policy_id: null } })
      for (const { id } of [later, without]) await tenant.network("DELETE", `/networks/${id}`)
      t.equal((await admin.network("DELETE", `/qos/policies/${defaultPolicy.id}`)).status, 204)
    })

    await t.test("a tunnel network refuses a minimum bandwidth", async (t) => {
      const sure = await tenant.makeAsAdmin("qos/policies", { name: "sure" })
      made(
        await admin.network("POST", `/qos/policies/${sure.id}/minimum_bandwidth_rules`, {
          minimum_bandwidth_rule: { min_kbps: 10 },
        }),
      )
      await refuses(t, [
        [
          "a policy with it for a network",
          () => tenant.network("POST", "/networks", { network: { qos_policy_id: sure.id } }),
          409,
          "QosRuleNotSupportedByNetwork",
          "Rule minimum_bandwidth is not supported by network ID",
        ],
      ])
    })
  })
