import t from "tap"
import { ruleKey } from "../../src/planning/security-rules.ts"
import type { SourceRule } from "../../src/planning/source.ts"
import { rule } from "./builders.ts"

const key = (over: Partial<SourceRule>) => ruleKey(rule("any key", over))

for (const [title, one, other] of [
  ["a protocol's name and number are one", { protocol: "tcp" }, { protocol: "6" }],
  ["a protocol's name is read in any case", { protocol: "tcp" }, { protocol: "TCP" }],
  ["udp is 17", { protocol: "udp" }, { protocol: "17" }],
  ["icmp is 1", { protocol: "icmp" }, { protocol: "1" }],
  ["both names of IPv6's icmp are 58", { protocol: "icmpv6" }, { protocol: "ipv6-icmp" }],
  [
    "in an IPv6 rule icmp means IPv6's",
    { ethertype: "IPv6", protocol: "icmp" },
    { ethertype: "IPv6", protocol: "58" },
  ],
  [
    "in an IPv6 rule 1 means IPv6's icmp",
    { ethertype: "IPv6", protocol: "1" },
    { ethertype: "IPv6", protocol: "icmpv6" },
  ],
  ["all IPv4 addresses are no prefix at all", { remoteIpPrefix: "0.0.0.0/0" }, { remoteIpPrefix: null }],
  [
    "all IPv6 addresses are no prefix at all",
    { ethertype: "IPv6", remoteIpPrefix: "::/0" },
    { ethertype: "IPv6", remoteIpPrefix: null },
  ],
  ["one address is a prefix of one", { remoteIpPrefix: "10.0.0.1" }, { remoteIpPrefix: "10.0.0.1/32" }],
  [
    "one IPv6 address is a prefix of one",
    { ethertype: "IPv6", remoteIpPrefix: "fd00::1" },
    { ethertype: "IPv6", remoteIpPrefix: "fd00:0::1/128" },
  ],
  ["what a rule is called does not count", { description: "one" }, { description: "other" }],
  ["where a rule comes from does not count", { key: "one" }, { key: "other", backendId: "b" }],
] as const) {
  t.test(title, async (t) => t.equal(key(one), key(other)))
}

for (const [title, one, other] of [
  ["directions are different rules", { direction: "ingress" }, { direction: "egress" }],
  ["IP versions are different rules", { ethertype: "IPv4" }, { ethertype: "IPv6" }],
  ["protocols are different rules", { protocol: "tcp" }, { protocol: "udp" }],
  ["any protocol is not one protocol", { protocol: null }, { protocol: "tcp" }],
  ["icmp of IPv4 is not that of IPv6", { protocol: "icmp" }, { protocol: "ipv6-icmp" }],
  ["the first port counts", { portMin: 21 }, { portMin: 22 }],
  ["the last port counts", { portMax: 22 }, { portMax: 23 }],
  ["port 0 is not no port", { portMin: 0, portMax: null }, { portMin: null, portMax: 0 }],
  ["prefixes are different rules", { remoteIpPrefix: "10.0.0.0/24" }, { remoteIpPrefix: "10.0.0.0/25" }],
  ["a prefix is not all addresses", { remoteIpPrefix: "10.0.0.0/24" }, { remoteIpPrefix: null }],
  ["remote groups are different rules", { remoteGroup: "a" }, { remoteGroup: "b" }],
  ["a remote group is not everybody", { remoteGroup: "a" }, { remoteGroup: null }],
  ["a protocol that is not known by name is taken by its text", { protocol: "250" }, { protocol: "251" }],
] as const) {
  t.test(title, async (t) => t.not(key(one), key(other)))
}
