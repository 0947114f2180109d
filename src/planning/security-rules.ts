import { formatPrefix, parseAddress, parsePrefix } from "./addresses.ts"
import type { SourceRule } from "./source.ts"

/** The attributes by which Neutron finds duplicate rules. */
export type RuleMeaning = Pick<
  SourceRule,
  | "direction"
  | "ethertype"
  | "protocol"
  | "portMin"
  | "portMax"
  | "remoteIpPrefix"
  | "remoteGroup"
  | "remoteAddressGroup"
>

/** IANA numbers of the names that Neutron knows (networking API, `protocol` of a security group rule). */
const protocolNumbers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ah: "51",
    dccp: "33",
    egp: "8",
    esp: "50",
    gre: "47",
    icmp: "1",
    icmpv6: "58",
    "ipv6-icmp": "58",
    igmp: "2",
    ipip: "4",
    "ipv6-encap": "41",
    "ipv6-frag": "44",
    "ipv6-nonxt": "59",
    "ipv6-opts": "60",
    "ipv6-route": "43",
    ospf: "89",
    pgm: "113",
    rsvp: "46",
    sctp: "132",
    tcp: "6",
    udp: "17",
    udplite: "136",
    vrrp: "112",
  }),
)

/** Returns a text that is equal for two rules that are the same to Neutron. */
export function ruleKey(rule: RuleMeaning): string {
  const name = rule.protocol?.toLowerCase() ?? "any"
  // In an IPv6 rule, Neutron reads ICMP as ICMPv6.
  const protocol = rule.ethertype === "IPv6" && (name === "icmp" || name === "1") ? "58" : name
  return [
    rule.direction,
    rule.ethertype,
    protocolNumbers.get(protocol) ?? protocol,
    rule.portMin ?? "",
    rule.portMax ?? "",
    prefixKey(rule.remoteIpPrefix),
    rule.remoteGroup ?? "",
    rule.remoteAddressGroup ?? "",
  ].join("|")
}

/** All addresses and no prefix are the same; otherwise Neutron compares prefixes as texts. */
function prefixKey(text: string | null): string {
  const prefix = prefixText(text)
  return prefix === null || prefix === "0.0.0.0/0" || prefix === "::/0" ? "" : prefix
}

/** Returns a prefix as Neutron shows it: an address with its full length, IPv6 in its short form, with host bits. */
export function prefixText(text: string | null): string | null {
  if (text === null) return null
  const address = parseAddress(text)
  const prefix =
    address === undefined ? parsePrefix(text) : { ...address, length: address.version === 4 ? 32 : 128 }
  return prefix === undefined ? text : formatPrefix(prefix)
}

/** Returns a protocol as Neutron shows it. */
export function protocolText(protocol: string | null): string | null {
  const lower = protocol?.toLowerCase() ?? null
  return lower === "icmpv6" ? "ipv6-icmp" : lower
}
