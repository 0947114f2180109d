import { refuses, type Tap, withTenant } from "../suite.ts"
import { idOf, type Json, made, madeList, none, record, type Target } from "../wire.ts"

const bad = (message: string) => [400, "HTTPBadRequest", message] as const
const taken = [409, "SecurityGroupDefaultAlreadyExists", "Default security group already exists."] as const

const rulesOf = (group: Json): Json[] =>
  Array.isArray(group.security_group_rules) ? group.security_group_rules.map(record) : []

const kinds = (group: Json): string[] =>
  rulesOf(group)
    .map(
      (rule) =>
        `${rule.direction} ${rule.ethertype} ${rule.remote_group_id === group.id ? "itself" : rule.remote_group_id}`,
    )
    .sort()

export const groups = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "security groups", async (t, tenant) => {
    const { admin, projectId } = tenant
    const post = (security_group: Json) => tenant.network("POST", "/security-groups", { security_group })

    await t.test("listing creates the default group with four rules", async (t) => {
      const found = await tenant.list("security-groups")
      t.match(found, [
        { name: "default", description: "Default security group", stateful: true, project_id: projectId },
      ])
      t.same(kinds(found[0] ?? {}), [
        "egress IPv4 null",
        "egress IPv6 null",
        "ingress IPv4 itself",
        "ingress IPv6 itself",
      ])
      t.match(rulesOf(found[0] ?? {})[0], {
        protocol: null,
        port_range_min: null,
        remote_ip_prefix: null,
        description: null,
      })
    })
    await t.test("a new group has two default rules", async (t) => {
      const group = await tenant.make("security-groups", { name: "g", description: "d" })
      t.match(group, {
        name: "g",
        description: "d",
        stateful: true,
        shared: false,
        tags: [],
        revision_number: 1,
      })
      t.same(kinds(group), ["egress IPv4 null", "egress IPv6 null"])
    })
    await t.test("names need not differ, and groups may be stateless", async (t) => {
      t.match(await tenant.make("security-groups", { name: "g", stateful: false }), {
        name: "g",
        stateful: false,
      })
      t.same((await tenant.list("security-groups?name=g")).length, 2)
    })
    const group = await tenant.make("security-groups", { name: "h" })
    const own = `/security-groups/${group.id}`
    const [fallback] = await tenant.list("security-groups?name=default")
    const put = (id: unknown, security_group: Json) =>
      tenant.network("PUT", `/security-groups/${id}`, { security_group })
    await t.test("an update or a new rule increments the revision number", async (t) => {
      t.match(made(await put(group.id, { name: "i", description: "e", stateful: false })), {
        name: "i",
        description: "e",
        stateful: false,
        revision_number: 2,
      })
      await tenant.make("security-group-rules", { security_group_id: group.id, direction: "ingress" })
      t.match(made(await tenant.network("GET", own)), {
        revision_number: 3,
        security_group_rules: { length: 3 },
      })
      t.match(
        made(await put(fallback?.id, { description: "mine" })),
        { description: "mine" },
        "the default group's description may change",
      )
    })
    await refuses(t, [
      ["a second default", () => post({ name: "default" }), ...taken],
      ["a second default in other case", () => post({ name: "Default" }), ...taken],
      ["renaming to default", () => put(group.id, { name: "default" }), ...taken],
      [
        "renaming the default",
        () => put(fallback?.id, { name: "other" }),
        409,
        "SecurityGroupCannotUpdateDefault",
        "Updating default security group not allowed.",
      ],
      [
        "deleting the default group as a tenant",
        () => tenant.network("DELETE", `/security-groups/${fallback?.id}`),
        409,
        "SecurityGroupCannotRemoveDefault",
        "Insufficient rights for removing default security group.",
      ],
      ["an unknown attribute", () => post({ colour: 1 }), ...bad("Unrecognized attribute(s) 'colour'")],
      [
        "rules in a creation",
        () => post({ security_group_rules: [] }),
        ...bad("Attribute 'security_group_rules' not allowed in POST"),
      ],
      [
        "no description",
        () => post({ description: null }),
        ...bad("Invalid input for description. Reason: 'None' is not a valid string."),
      ],
      [
        "no such group",
        () => tenant.network("GET", `/security-groups/${none}`),
        404,
        "SecurityGroupNotFound",
        "Security group ID does not exist",
      ],
    ])
    await t.test("a group in use cannot become stateless", async (t) => {
      const network = await tenant.make("networks", { name: "n" })
      await tenant.make("ports", { network_id: network.id })
      await refuses(t, [
        [
          "the default one",
          () => put(fallback?.id, { stateful: false }),
          409,
          "SecurityGroupInUse",
          "Security Group ID in use.",
        ],
      ])
    })
    await t.test("deleting a group deletes the rules of other groups that refer to it", async (t) => {
      const remote = await tenant.make("security-groups", { name: "remote" })
      const rule = await tenant.make("security-group-rules", {
        security_group_id: group.id,
        direction: "ingress",
        protocol: "tcp",
        remote_group_id: remote.id,
      })
      t.same((await tenant.network("DELETE", `/security-groups/${remote.id}`)).status, 204)
      t.same((await tenant.network("GET", `/security-group-rules/${rule.id}`)).status, 404)
    })
    await t.test("a bulk request returns objects in its order", async (t) => {
      const answer = await tenant.network("POST", "/security-groups", {
        security_groups: [{ name: "a" }, { name: "b" }],
      })
      t.same(
        madeList(answer).map((row) => row.name),
        ["a", "b"],
      )
    })
    await t.test("an administrator may delete the default group", async (t) => {
      for (const port of await tenant.list("ports")) await tenant.network("DELETE", `/ports/${idOf(port)}`)
      t.same((await admin.network("DELETE", `/security-groups/${fallback?.id}`)).status, 204)
    })
  })
