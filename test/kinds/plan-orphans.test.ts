import t from "tap"
import { network, omittedOf, planOf, port } from "../planning/builders.ts"

const extras = { qosPolicies: [], addressGroups: [], rbacPolicies: [], trunks: [], quotas: {}, notCopied: [] }
const trunk = { ...network("t"), tags: ["wire"], port: "p", adminStateUp: true, subPorts: [] }

t.test("objects of an omitted object are omitted with it, and do not count as missing", async (t) => {
  const parts = { networks: [network("net")], live: { ...extras, trunks: [trunk] } }
  t.strictSame(omittedOf(planOf({ ...parts, ports: [port("p")] }), "tag"), [])
  t.strictSame(omittedOf(planOf(parts), "tag"), [["trunk-t", "Its trunk is not copied."]])
})

t.test(
  "without an extension of the destination, its objects and all that refer to them are omitted",
  async (t) => {
    const policy = { ...network("q"), isDefault: false, tags: ["slow"] }
    const rule = { key: "r", backendId: "r", type: "dscp_marking", values: { dscp_mark: 26 } }
    const share = {
      key: "share",
      backendId: "share",
      object: { kind: "qos_policy" as const, key: "q" },
      objectType: "qos_policy",
      action: "access_as_shared",
      target: "*",
    }
    const plan = planOf(
      {
        networks: [network("net", { qosPolicy: { key: "q" } })],
        live: { ...extras, qosPolicies: [{ ...policy, rules: [rule] }], rbacPolicies: [share] },
      },
      { extensions: new Set(["rbac-policies"]) },
    )
    const reason = "Its qos policy is not copied."
    t.match(omittedOf(plan, "qos_policy"), [["q", /no extension "qos"/]])
    for (const kind of ["qos_rule", "qos_binding", "rbac_policy", "tag"] as const) {
      t.match(
        omittedOf(plan, kind).map(([, why]) => why),
        [reason],
        kind,
      )
    }
  },
)
