import type { Row, Rule } from "./rows.ts"

const numbers: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ip: 0,
  ipip: 4,
  "ipv6-encap": 41,
  "ipv6-frag": 44,
  "ipv6-icmp": 58,
  icmpv6: 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  "ipv6-route": 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
}

export const protocolNames: readonly string[] = Object.keys(numbers)

/** Returns the number of a protocol by name or number. ICMP in an IPv6 rule is ICMPv6. */
export function protocolNumber(protocol: string | null, ethertype: string): number | null {
  if (protocol === null) return null
  const number = numbers[protocol] ?? Number(protocol)
  return number === 1 && ethertype === "IPv6" ? 58 : number
}

const everywhere = new Set(["0.0.0.0/0", "::/0"])

/** Returns a key: Neutron treats rules with equal keys as the same, whatever their description and spelling of the protocol. */
export function sameRule(rule: Omit<Rule, keyof Row | "attributeId">): string {
  const prefix = rule.remote_ip_prefix
  return [
    rule.security_group_id,
    rule.direction,
    rule.ethertype,
    protocolNumber(rule.protocol, rule.ethertype),
    rule.port_range_min,
    rule.port_range_max,
    prefix === null || everywhere.has(prefix) ? null : prefix,
    rule.remote_group_id,
    rule.remote_address_group_id,
  ].join("|")
}
