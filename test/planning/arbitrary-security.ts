import type {
  AddressPair,
  SourceNetwork,
  SourcePort,
  SourceRule,
  SourceSecurityGroup,
  SourceSubnet,
} from "../../src/planning/source.ts"
import { type AddressBook, identity } from "./address-book.ts"
import { bits, block, type Choices, host, prefixOf } from "./choices.ts"

/** Generates the default group and others. Their rules may refer to any group, also in cycles. */
export function generateGroups(
  choices: Choices,
  subnets: readonly SourceSubnet[],
): readonly SourceSecurityGroup[] {
  const groups = Array.from({ length: choices.int(1, 5) }, (_, index) => {
    const one = identity(choices, "d", index)
    return index === 0 ? { ...one, name: "default", description: "Default security group" } : one
  })
  const keys = groups.map((group) => group.key)
  return groups.map((group) => ({ ...group, rules: generateRules(choices, group.key, keys, subnets) }))
}

function generateRules(
  choices: Choices,
  group: string,
  groups: readonly string[],
  subnets: readonly SourceSubnet[],
): readonly SourceRule[] {
  const rules = new Map<string, SourceRule>()
  for (let count = choices.int(0, 6); count > 0; count--) {
    const rule = generateRule(choices, `${group}-${rules.size + 1}`, groups, subnets)
    rules.set(neutronRuleKey(rule), rule)
  }
  return [...rules.values()].map((rule, index) => ({ ...rule, key: `${group}-${index + 1}` }))
}

function generateRule(
  choices: Choices,
  key: string,
  groups: readonly string[],
  subnets: readonly SourceSubnet[],
): SourceRule {
  const ethertype = choices.one(["IPv4", "IPv6"] as const)
  const version = ethertype === "IPv4" ? 4 : 6
  const byGroup = choices.rarely(3)
  return {
    key,
    backendId: `rule ${key}`,
    direction: choices.one(["ingress", "egress"] as const),
    ethertype,
    ...generateProtocol(choices, version),
    remoteIpPrefix: byGroup ? null : generateRemote(choices, version, subnets),
    remoteGroup: byGroup ? (choices.any(groups) ?? null) : null,
    description: choices.words(),
  }
}

function generateProtocol(
  choices: Choices,
  version: 4 | 6,
): Pick<SourceRule, "protocol" | "portMin" | "portMax"> {
  const icmp = version === 4 ? ["icmp", "1"] : ["ipv6-icmp", "58", "icmp"]
  const protocol = choices.any([null, "tcp", "6", "udp", "sctp", "vrrp", "gre", ...icmp]) ?? null
  const none = { protocol, portMin: null, portMax: null }
  if (protocol === null || protocol === "vrrp" || protocol === "gre" || choices.rarely(4)) return none
  if (!icmp.includes(protocol)) {
    const portMin = choices.one([22, 443, 1, choices.int(1, 65535)])
    return { protocol, portMin, portMax: choices.one([portMin, choices.int(portMin, 65535)]) }
  }
  const code = choices.flag() ? choices.int(0, 15) : null
  return { protocol, portMin: choices.one([8, 0, choices.int(0, 255)]), portMax: code }
}

/** Generates a remote prefix: any address, a subnet, one half of it, one host of it, or a range elsewhere. */
function generateRemote(choices: Choices, version: 4 | 6, subnets: readonly SourceSubnet[]): string | null {
  const subnet = choices.any(subnets.filter((one) => one.ipVersion === version))
  const far = version === 4 ? ["203.0.113.0/24", "0.0.0.0/0", "192.0.2.7/32"] : ["2001:db8::/32", "::/0"]
  if (subnet === undefined || choices.rarely(3)) return choices.any([null, ...far]) ?? null
  const prefix = prefixOf(subnet.cidr)
  return choices.one([
    subnet.cidr,
    `${host(subnet.cidr, choices.place())}/${bits(version)}`,
    block(prefix, prefix.length + 1, choices.int(0, 1)),
  ])
}

/**
 * The key by which Neutron finds duplicate rules: names and numbers of protocols are equal, and so are all addresses
 * and no prefix.
 */
function neutronRuleKey(rule: SourceRule): string {
  const number: Readonly<Record<string, string>> = { tcp: "6", "ipv6-icmp": "58" }
  const icmp = rule.ethertype === "IPv4" ? "1" : "58"
  const everybody = ["0.0.0.0/0", "::/0"].includes(rule.remoteIpPrefix ?? "")
  return JSON.stringify([
    [rule.direction, rule.ethertype, rule.portMin, rule.portMax, rule.remoteGroup],
    rule.protocol === "icmp" || rule.protocol === "1" ? icmp : (number[rule.protocol ?? ""] ?? rule.protocol),
    everybody ? null : rule.remoteIpPrefix,
  ])
}

/**
 * Generates ports with free addresses of their network's subnets; without an address or port security they have no
 * groups.
 */
export function generatePorts(
  choices: Choices,
  networks: readonly SourceNetwork[],
  subnets: readonly SourceSubnet[],
  groups: readonly SourceSecurityGroup[],
  taken: AddressBook,
): readonly SourcePort[] {
  return Array.from({ length: networks.length === 0 ? 0 : choices.int(0, 6) }, (_, index): SourcePort => {
    const network = choices.any(networks)?.key ?? ""
    const near = subnets.filter((subnet) => subnet.network === network)
    const fixedIps = Array.from({ length: near.length === 0 ? 0 : choices.int(0, 3) }).flatMap(() => {
      const subnet = choices.any(near)
      const ipAddress = subnet && taken.take(subnet, choices.place())
      return subnet === undefined || ipAddress === undefined ? [] : { subnet: subnet.key, ipAddress }
    })
    const portSecurityEnabled = !choices.rarely(4)
    const free = portSecurityEnabled && fixedIps.length > 0
    return {
      ...identity(choices, "e", index),
      name: choices.flag() ? choices.name() : "",
      network,
      macAddress: `fa:16:3e:${choices.one(["00", "ab"])}:${choices.one(["00", "7f"])}:${hex(index)}`,
      fixedIps,
      securityGroups: free ? choices.some(groups).map((group) => group.key) : [],
      allowedAddressPairs: portSecurityEnabled ? generatePairs(choices, near) : [],
      portSecurityEnabled,
    }
  })
}

function generatePairs(choices: Choices, subnets: readonly SourceSubnet[]): readonly AddressPair[] {
  const near = choices.any(subnets)?.cidr
  const virtual = near === undefined ? [] : [near, host(near, choices.place())]
  return choices
    .some([...virtual, "203.0.113.9", "198.51.100.0/24"])
    .map((ip_address) => (choices.flag() ? { ip_address } : { ip_address, mac_address: "00:00:5e:00:01:07" }))
}

function hex(index: number): string {
  return index.toString(16).padStart(2, "0")
}
