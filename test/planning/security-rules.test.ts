import t from "tap"
import { ruleKey } from "../../src/planning/security-rules.ts"
import type { SourceRule } from "../../src/planning/source.ts"
import { rule } from "./builders.ts"

const key = (over: Partial<SourceRule>) => ruleKey(rule("any key", over))

for (const [title, one, other] of [
  ["a protocol's name and number are equal", { protocol: "tcp" }, { protocol: "6" }],
  ["a protocol's name is read in any case", { protocol: "tcp" }, { protocol: "TCP" }],
  ["udp is 17", { protocol: "udp" }, { protocol: "17" }],
  ["icmp is 1", { protocol: "icmp" }, { protocol: "1" }],
  ["both names of ICMPv6 are 58", { protocol: "icmpv6" }, { protocol: "ipv6-icmp" }],
  [
    "in an IPv6 rule icmp is ICMPv6",
    { ethertype: "IPv6", protocol: "icmp" },
    { ethertype: "IPv6", protocol: "58" },
  ],
  [
    "in an IPv6 rule protocol 1 is ICMPv6",
    { ethertype: "IPv6", protocol: "1" },
    { ethertype: "IPv6", protocol: "icmpv6" },
  ],
  ["all IPv4 addresses equal no prefix", { remoteIpPrefix: "0.0.0.0/0" }, { remoteIpPrefix: null }],
  [
    "all IPv6 addresses equal no prefix",
    { ethertype: "IPv6", remoteIpPrefix: "::/0" },
    { ethertype: "IPv6", remoteIpPrefix: null },
  ],
  [
    "one address equals the prefix of that address",
    { remoteIpPrefix: "10.0.0.1" },
    { remoteIpPrefix: "10.0.0.1/32" },
  ],
  [
    "one IPv6 address equals the prefix of that address",
    { ethertype: "IPv6", remoteIpPrefix: "fd00::1" },
    { ethertype: "IPv6", remoteIpPrefix: "fd00:0::1/128" },
  ],
  ["the description of a rule does not count", { description: "one" }, { description: "other" }],
  ["key and id of a rule do not count", { key: "one" }, { key: "other", backendId: "b" }],
] as const) {
  t.test(title, async (t) => t.equal(key(one), key(other)))
}

for (const [title, one, other] of [
  ["directions are different rules", { direction: "ingress" }, { direction: "egress" }],
  ["IP versions are different rules", { ethertype: "IPv4" }, { ethertype: "IPv6" }],
  ["protocols are different rules", { protocol: "tcp" }, { protocol: "udp" }],
  ["any protocol differs from a protocol", { protocol: null }, { protocol: "tcp" }],
  ["ICMP of IPv4 differs from ICMPv6", { protocol: "icmp" }, { protocol: "ipv6-icmp" }],
  ["the first port counts", { portMin: 21 }, { portMin: 22 }],
  ["the last port counts", { portMax: 22 }, { portMax: 23 }],
  ["port 0 differs from no port", { portMin: 0, portMax: null }, { portMin: null, portMax: 0 }],
  ["prefixes are different rules", { remoteIpPrefix: "10.0.0.0/24" }, { remoteIpPrefix: "10.0.0.0/25" }],
  ["a prefix differs from all addresses", { remoteIpPrefix: "10.0.0.0/24" }, { remoteIpPrefix: null }],
  ["remote groups are different rules", { remoteGroup: "a" }, { remoteGroup: "b" }],
  ["a remote group differs from all addresses", { remoteGroup: "a" }, { remoteGroup: null }],
  ["an unknown protocol is compared by its text", { protocol: "250" }, { protocol: "251" }],
] as const) {
  t.test(title, async (t) => t.not(key(one), key(other)))
}
