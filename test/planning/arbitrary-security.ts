import type {
  AddressPair,
  SourceNetwork,
  SourcePort,
  SourceRule,
  SourceSecurityGroup,
  SourceSubnet,
} from "../../src/planning/source.ts"
import { type AddressBook, identity } from "./arbitrary-tenant.ts"
import { bits, block, type Draw, host, prefixOf } from "./generate.ts"

/** The default group once, and others, whose rules may name any of them, also in circles. */
export function drawGroups(draw: Draw, subnets: readonly SourceSubnet[]): readonly SourceSecurityGroup[] {
  const groups = Array.from({ length: draw.int(1, 5) }, (_, index) => {
    const one = identity(draw, "d", index)
    return index === 0 ? { ...one, name: "default", description: "Default security group" } : one
  })
  const keys = groups.map((group) => group.key)
  return groups.map((group) => ({ ...group, rules: drawRules(draw, group.key, keys, subnets) }))
}

function drawRules(
  draw: Draw,
  group: string,
  groups: readonly string[],
  subnets: readonly SourceSubnet[],
): readonly SourceRule[] {
  const rules = new Map<string, SourceRule>()
  for (let count = draw.int(0, 6); count > 0; count--) {
    const rule = drawRule(draw, `${group}-${rules.size + 1}`, groups, subnets)
    rules.set(sameToNeutron(rule), rule)
  }
  return [...rules.values()].map((rule, index) => ({ ...rule, key: `${group}-${index + 1}` }))
}

function drawRule(
  draw: Draw,
  key: string,
  groups: readonly string[],
  subnets: readonly SourceSubnet[],
): SourceRule {
  const ethertype = draw.one(["IPv4", "IPv6"] as const)
  const version = ethertype === "IPv4" ? 4 : 6
  const byGroup = draw.rarely(3)
  return {
    key,
    backendId: `rule ${key}`,
    direction: draw.one(["ingress", "egress"] as const),
    ethertype,
    ...drawProtocol(draw, version),
    remoteIpPrefix: byGroup ? null : drawRemote(draw, version, subnets),
    remoteGroup: byGroup ? (draw.any(groups) ?? null) : null,
    description: draw.words(),
  }
}

function drawProtocol(draw: Draw, version: 4 | 6): Pick<SourceRule, "protocol" | "portMin" | "portMax"> {
  const icmp = version === 4 ? ["icmp", "1"] : ["ipv6-icmp", "58", "icmp"]
  const protocol = draw.any([null, "tcp", "6", "udp", "sctp", "vrrp", "gre", ...icmp]) ?? null
  const none = { protocol, portMin: null, portMax: null }
  if (protocol === null || protocol === "vrrp" || protocol === "gre" || draw.rarely(4)) return none
  if (!icmp.includes(protocol)) {
    const portMin = draw.one([22, 443, 1, draw.int(1, 65535)])
    return { protocol, portMin, portMax: draw.one([portMin, draw.int(portMin, 65535)]) }
  }
  const code = draw.flag() ? draw.int(0, 15) : null
  return { protocol, portMin: draw.one([8, 0, draw.int(0, 255)]), portMax: code }
}

/** Everybody, a subnet, one half of it, one host of it, or somebody else. */
function drawRemote(draw: Draw, version: 4 | 6, subnets: readonly SourceSubnet[]): string | null {
  const subnet = draw.any(subnets.filter((one) => one.ipVersion === version))
  const far = version === 4 ? ["203.0.113.0/24", "0.0.0.0/0", "192.0.2.7/32"] : ["2001:db8::/32", "::/0"]
  if (subnet === undefined || draw.rarely(3)) return draw.any([null, ...far]) ?? null
  const prefix = prefixOf(subnet.cidr)
  return draw.one([
    subnet.cidr,
    `${host(subnet.cidr, draw.place())}/${bits(version)}`,
    block(prefix, prefix.length + 1, draw.int(0, 1)),
  ])
}

/** How Neutron tells rules apart: names and numbers are one, and so are all addresses and none named. */
function sameToNeutron(rule: SourceRule): string {
  const number: Readonly<Record<string, string>> = { tcp: "6", "ipv6-icmp": "58" }
  const icmp = rule.ethertype === "IPv4" ? "1" : "58"
  const everybody = ["0.0.0.0/0", "::/0"].includes(rule.remoteIpPrefix ?? "")
  return JSON.stringify([
    [rule.direction, rule.ethertype, rule.portMin, rule.portMax, rule.remoteGroup],
    rule.protocol === "icmp" || rule.protocol === "1" ? icmp : (number[rule.protocol ?? ""] ?? rule.protocol),
    everybody ? null : rule.remoteIpPrefix,
  ])
}

/** Ports with free addresses of their network's subnets; without an address or port security they have no groups. */
export function drawPorts(
  draw: Draw,
  networks: readonly SourceNetwork[],
  subnets: readonly SourceSubnet[],
  groups: readonly SourceSecurityGroup[],
  taken: AddressBook,
): readonly SourcePort[] {
  return Array.from({ length: networks.length === 0 ? 0 : draw.int(0, 6) }, (_, index): SourcePort => {
    const network = draw.any(networks)?.key ?? ""
    const near = subnets.filter((subnet) => subnet.network === network)
    const fixedIps = Array.from({ length: near.length === 0 ? 0 : draw.int(0, 3) }).flatMap(() => {
      const subnet = draw.any(near)
      const ipAddress = subnet && taken.take(subnet, draw.place())
      return subnet === undefined || ipAddress === undefined ? [] : { subnet: subnet.key, ipAddress }
    })
    const portSecurityEnabled = !draw.rarely(4)
    const free = portSecurityEnabled && fixedIps.length > 0
    return {
      ...identity(draw, "e", index),
      name: draw.flag() ? draw.name() : "",
      network,
      macAddress: `fa:16:3e:${draw.one(["00", "ab"])}:${draw.one(["00", "7f"])}:${hex(index)}`,
      fixedIps,
      securityGroups: free ? draw.some(groups).map((group) => group.key) : [],
      allowedAddressPairs: portSecurityEnabled ? drawPairs(draw, near) : [],
      portSecurityEnabled,
    }
  })
}

function drawPairs(draw: Draw, subnets: readonly SourceSubnet[]): readonly AddressPair[] {
  const near = draw.any(subnets)?.cidr
  const virtual = near === undefined ? [] : [near, host(near, draw.place())]
  return draw
    .some([...virtual, "203.0.113.9", "198.51.100.0/24"])
    .map((ip_address) => (draw.flag() ? { ip_address } : { ip_address, mac_address: "00:00:5e:00:01:07" }))
}

function hex(index: number): string {
  return index.toString(16).padStart(2, "0")
}
