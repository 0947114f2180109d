import t from "tap"
import type { SourceRule } from "../../src/planning/source.ts"
import {
  bodiesOf,
  group,
  mappings,
  network,
  objectsOf,
  omittedOf,
  planOf,
  port,
  rule,
} from "../planning/builders.ts"

const rulesOf = (rules: readonly SourceRule[], ...maps: readonly `${string} → ${string}`[]) =>
  planOf({ securityGroups: [group("default", rules)] }, { mappings: mappings(...maps) })

t.test("two groups of the same name stay two, with their own rules and ports", async (t) => {
  const plan = planOf({
    securityGroups: [group("one", [rule("1")], "web"), group("two", [rule("2")], "web")],
    networks: [network("net")],
    ports: [port("p", { securityGroups: ["two"] })],
  })
  t.strictSame(
    objectsOf(plan, "security_group").map(({ key, name }) => `${key} ${name}`),
    ["one web", "two web"],
  )
  t.strictSame(bodiesOf(plan, "security_group_rule", "security_group_id"), [
    { ref: "security_group/one" },
    { ref: "security_group/two" },
  ])
  t.strictSame(bodiesOf(plan, "port", "security_groups"), [[{ ref: "security_group/two" }]])
})

t.test("groups may refer to each other and to themselves", async (t) => {
  const plan = planOf({
    securityGroups: [
      group("default", [rule("1", { remoteGroup: "default" })]),
      group("web", [rule("2", { remoteGroup: "db" })]),
      group("db", [rule("3", { remoteGroup: "web" })]),
    ],
  })
  t.strictSame(bodiesOf(plan, "security_group_rule", "remote_group_id"), [
    { ref: "security_group/default" },
    { ref: "security_group/db" },
    { ref: "security_group/web" },
  ])
})

t.test("a rule is copied with all of its attributes", async (t) => {
  const all = rule("1", {
    ...{ direction: "egress", ethertype: "IPv6", protocol: "udp", portMin: 53, portMax: 54 },
    ...{ remoteIpPrefix: "fd00::/64", description: "names" },
  })
  t.strictSame(bodiesOf(rulesOf([all]), "security_group_rule"), [
    {
      ...{ project_id: { ref: "project/project" }, security_group_id: { ref: "security_group/default" } },
      ...{ direction: "egress", ethertype: "IPv6", protocol: "udp", port_range_min: 53, port_range_max: 54 },
      ...{ remote_ip_prefix: "fd00::/64", remote_group_id: null, description: "names" },
    },
  ])
})

for (const [title, remote, want] of [
  ["a rule for a mapped subnet follows it", "10.1.0.0/24", "10.9.0.0/24"],
  ["a rule for one host of it follows, too", "10.1.0.7/32", "10.9.0.7/32"],
  ["a rule for a half of it follows, and stays a half", "10.1.0.128/25", "10.9.0.128/25"],
  ["a rule for a wider range stays", "10.1.0.0/16", "10.1.0.0/16"],
  ["a rule for all addresses stays", "0.0.0.0/0", "0.0.0.0/0"],
  ["a rule without a prefix stays so", null, null],
] as const) {
  t.test(title, async (t) => {
    const plan = rulesOf([rule("1", { remoteIpPrefix: remote })], "10.1.0.0/24 → 10.9.0.0/24")
    t.strictSame(bodiesOf(plan, "security_group_rule", "remote_ip_prefix"), [want])
  })
}

t.test("of two rules that the mapping makes identical, the second is omitted with the reason", async (t) => {
  const rules = [rule("1", { remoteIpPrefix: "10.1.0.0/24" }), rule("2", { remoteIpPrefix: "10.9.0.0/24" })]
  const plan = rulesOf(rules, "10.1.0.0/24 → 10.9.0.0/24")
  t.strictSame(
    objectsOf(plan, "security_group_rule").map(({ key }) => key),
    ["1"],
  )
  t.match(omittedOf(plan, "security_group_rule"), [["2", /another rule of the group is identical/]])
})

t.test("equal rules of two groups are both copied", async (t) => {
  const plan = planOf({ securityGroups: [group("default", [rule("1")]), group("web", [rule("2")])] })
  t.equal(objectsOf(plan, "security_group_rule").length, 2)
  t.strictSame(omittedOf(plan, "security_group_rule"), [])
})

t.test(
  "a rule whose remote group is not copied is omitted, because without it all addresses would be admitted",
  async (t) => {
    const plan = rulesOf([rule("1", { remoteGroup: "elsewhere" }), rule("2")])
    t.strictSame(
      objectsOf(plan, "security_group_rule").map(({ key }) => key),
      ["2"],
    )
    t.match(omittedOf(plan, "security_group_rule"), [["1", /another tenant/]])
  },
)

t.test("a rule that is omitted for its remote group does not hide an identical one", async (t) => {
  const lost = rule("1", { remoteGroup: "elsewhere" })
  t.strictSame(
    objectsOf(rulesOf([lost, rule("2"), lost]), "security_group_rule").map(({ key }) => key),
    ["2"],
  )
})
