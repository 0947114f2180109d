import { type Refused, refuses, type Tap, withTenant } from "../suite.ts"
import { type Json, madeList, none, refusal, type Target } from "../wire.ts"

const exists = [409, "SecurityGroupRuleExists", "Security group rule already exists. Rule id is ID."] as const
const range = [
  400,
  "SecurityGroupInvalidPortRange",
  "For TCP/UDP protocols, port_range_min must be <= port_range_max",
] as const
const noGroup = [404, "SecurityGroupNotFound", "Security group ID does not exist"] as const

const tcp = (min: unknown, max: unknown = min) => ({
  protocol: "tcp",
  port_range_min: min,
  port_range_max: max,
})

export const rules = (t: Tap, target: Target): Promise<unknown> =>
  withTenant(t, target, "security group rules", async (t, tenant) => {
    const [group, other] = [
      await tenant.make("security-groups", { name: "g" }),
      await tenant.make("security-groups", { name: "h" }),
    ]
    const rule = (values: Json): Json => ({ security_group_id: group.id, direction: "ingress", ...values })
    const post = (values: Json) =>
      tenant.network("POST", "/security-group-rules", { security_group_rule: rule(values) })
    const bulk = (...all: readonly Json[]) =>
      tenant.network("POST", "/security-group-rules", { security_group_rules: all.map(rule) })
    const count = async () => (await tenant.list(`security-group-rules?security_group_id=${group.id}`)).length

    for (const [title, values, wanted] of [
      [
        "IPv4 by default",
        tcp(80, 81),
        {
          ethertype: "IPv4",
          protocol: "tcp",
          port_range_min: 80,
          port_range_max: 81,
          remote_ip_prefix: null,
          remote_group_id: null,
          normalized_cidr: null,
          description: "",
          revision_number: 0,
        },
      ],
      [
        "a prefix is stored as given, and also returned without host bits",
        { ...tcp(7), remote_ip_prefix: "10.1.2.3/24" },
        { remote_ip_prefix: "10.1.2.3/24", normalized_cidr: "10.1.2.0/24" },
      ],
      [
        "an address without a prefix length gets one",
        { protocol: "udp", remote_ip_prefix: "10.0.0.5" },
        { remote_ip_prefix: "10.0.0.5/32" },
      ],
      [
        "the prefix of all addresses is stored as given",
        { ...tcp(9), remote_ip_prefix: "0.0.0.0/0" },
        { remote_ip_prefix: "0.0.0.0/0" },
      ],
      ["a protocol's number is kept", { protocol: 47 }, { protocol: "47" }],
      ["a protocol's name in any case", { ...tcp(10), protocol: "TCP" }, { protocol: "tcp" }],
      ["icmpv6 is renamed", { protocol: "icmpv6", ethertype: "IPv6" }, { protocol: "ipv6-icmp" }],
      [
        "ICMP: type and code",
        { protocol: "icmp", port_range_min: 8, port_range_max: 0 },
        { port_range_min: 8, port_range_max: 0 },
      ],
      ["ports as text", tcp("20", "21"), { port_range_min: 20, port_range_max: 21 }],
      ["from a group", { ...tcp(22), remote_group_id: other.id }, { remote_group_id: other.id }],
      ["with a description", { ...tcp(2000), description: "why" }, { description: "why" }],
    ] as const)
      await t.test(title, async (t) =>
        t.match(await tenant.make("security-group-rules", rule(values)), wanted),
      )

    const rows: readonly (readonly [
      title: string,
      values: Json,
      status: number,
      type: string,
      message: string,
    ])[] = [
      ["a rule that is there", tcp(80, 81), ...exists],
      ["one with another description", { ...tcp(2000), description: "other" }, ...exists],
      ["no prefix where everywhere is there", tcp(9), ...exists],
      ["6 where tcp is there", { ...tcp(80, 81), protocol: "6" }, ...exists],
      ["gre where 47 is there", { protocol: "gre" }, ...exists],
      ["icmp of IPv6 where icmpv6 is there", { protocol: "icmp", ethertype: "IPv6" }, ...exists],
      ["the rule that the group was born with", { direction: "egress" }, ...exists],
      ["no such group", { security_group_id: none }, ...noGroup],
      ["from no such group", { remote_group_id: none }, ...noGroup],
      [
        "no group named",
        { security_group_id: undefined },
        400,
        "HTTPBadRequest",
        "Failed to parse request. Required attribute 'security_group_id' not specified",
      ],
      [
        "a direction that is none",
        { direction: "up" },
        400,
        "HTTPBadRequest",
        "Invalid input for direction. Reason: up is not in valid_values.",
      ],
      [
        "an ethertype that is none",
        { ethertype: "x" },
        400,
        "SecurityGroupRuleInvalidEtherType",
        "Security group rule for ethertype 'x' not supported. Allowed values are ['IPv4', 'IPv6'].",
      ],
      ["ports the wrong way round", tcp(9, 8), ...range],
      ["a lower port alone", tcp(9, null), ...range],
      ["port 0", tcp(0, 5), 400, "SecurityGroupInvalidPortValue", "Invalid value for port 0"],
      ["port 70000", tcp(5, 70000), 400, "SecurityGroupInvalidPortValue", "Invalid value for port 70000"],
      [
        "ports without a protocol",
        { port_range_min: 8, port_range_max: 8 },
        400,
        "SecurityGroupProtocolRequiredWithPorts",
        "Must also specify protocol if port range is given.",
      ],
      [
        "ports of a protocol without ports",
        { protocol: "gre", port_range_min: 1, port_range_max: 2 },
        400,
        "SecurityGroupInvalidProtocolForPort",
        "Ports cannot be specified for protocol 47. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE.",
      ],
      [
        "an ICMP type above 255",
        { protocol: "icmp", port_range_min: 300 },
        400,
        "SecurityGroupInvalidIcmpValue",
        "Invalid value for ICMP type (port_range_min) 300. It must be 0 to 255.",
      ],
      [
        "an ICMP code without a type",
        { protocol: "icmp", port_range_max: 3 },
        400,
        "SecurityGroupMissingIcmpType",
        "ICMP code (port-range-max) 3 is provided but ICMP type (port-range-min) is missing.",
      ],
      [
        "an IPv6 protocol in IPv4",
        { protocol: "icmpv6" },
        400,
        "SecurityGroupEthertypeConflictWithProtocol",
        "Invalid ethertype IPv4 for protocol icmpv6.",
      ],
      [
        "an IPv6 prefix in IPv4",
        { ...tcp(30), remote_ip_prefix: "fd00::/8" },
        400,
        "SecurityGroupRuleParameterConflict",
        "Conflicting value ethertype IPv4 for CIDR fd00::/8",
      ],
      [
        "a prefix that is none",
        { remote_ip_prefix: "x" },
        400,
        "InvalidCIDR",
        "Invalid CIDR x given as IP prefix.",
      ],
      [
        "a prefix and a group",
        { remote_ip_prefix: "10.0.0.0/8", remote_group_id: other.id },
        400,
        "SecurityGroupMultipleRemoteEntites",
        "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.",
      ],
      ["an unknown attribute", { colour: 1 }, 400, "HTTPBadRequest", "Unrecognized attribute(s) 'colour'"],
    ]
    await refuses(
      t,
      rows.map(([title, values, ...rest]): Refused => [title, () => post(values), ...rest]),
    )

    await t.test("an unknown protocol is refused with the list of known ones", async (t) => {
      const [status, type, message] = refusal(await post({ protocol: "nonsense" }))
      t.same([status, type], [400, "SecurityGroupRuleInvalidProtocol"])
      t.match(
        message,
        /^Security group rule protocol nonsense not supported\. Only protocol values \[None, 'ah'/,
      )
    })
    await t.test("rules of two groups may refer to each other", async (t) => {
      const back = await tenant.make("security-group-rules", {
        ...rule(tcp(5432)),
        security_group_id: other.id,
        remote_group_id: group.id,
      })
      t.match(back, { remote_group_id: group.id, security_group_id: other.id })
    })
    await t.test("a bulk request is of one group, in order, all or none", async (t) => {
      const ports = Array.from({ length: 30 }, (_, n) => 1000 + n)
      t.same(
        madeList(await bulk(...ports.map((port) => tcp(port)))).map((row) => row.port_range_min),
        ports,
      )
      const before = await count()
      await refuses(t, [
        ["one that is there", () => bulk(tcp(3000), tcp(1000)), ...exists],
        [
          "one twice",
          () => bulk(tcp(3000), tcp(3000)),
          409,
          "DuplicateSecurityGroupRuleInPost",
          "Duplicate Security Group Rule in POST.",
        ],
        [
          "two groups",
          () => bulk(tcp(3000), { ...tcp(3000), security_group_id: other.id }),
          400,
          "SecurityGroupNotSingleGroupRules",
          "Only allowed to update rules for one security profile at a time",
        ],
      ])
      t.same(await count(), before)
    })
    await t.test("a rule is deleted once", async (t) => {
      const row = await tenant.make("security-group-rules", rule(tcp(4000)))
      t.same((await tenant.network("DELETE", `/security-group-rules/${row.id}`)).status, 204)
      await refuses(t, [
        [
          "a second time",
          () => tenant.network("DELETE", `/security-group-rules/${row.id}`),
          404,
          "SecurityGroupRuleNotFound",
          "Security group rule ID does not exist",
        ],
      ])
    })
  })
